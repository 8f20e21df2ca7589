-- +goose Up
CREATE TABLE products (
  organization_id org_text NOT NULL REFERENCES organizations (id),
  id uuid_text NOT NULL,
  name text NOT NULL,
  sku text NOT NULL,
  status text NOT NULL CHECK (status IN ('draft', 'testing', 'active', 'paused', 'discontinued', 'archived')),
  price money_int NOT NULL CHECK (price >= 0), -- of one piece
  max_daily_quantity qty_int NOT NULL CHECK (max_daily_quantity >= 0), -- 0 is unlimited
  notes text NOT NULL,
  search_text text NOT NULL,
  created_at ts_text NOT NULL,
  created_by uuid_text NOT NULL,
  updated_at ts_text NOT NULL,
  updated_by uuid_text NOT NULL,
  PRIMARY KEY (organization_id, id),
  UNIQUE (organization_id, name),
  UNIQUE (organization_id, sku),
  FOREIGN KEY (organization_id, created_by) REFERENCES memberships (organization_id, user_id),
  FOREIGN KEY (organization_id, updated_by) REFERENCES memberships (organization_id, user_id)
);

-- A version of a product's bill of materials. Users see "recipe".
CREATE TABLE recipes (
  organization_id org_text NOT NULL REFERENCES organizations (id),
  id uuid_text NOT NULL,
  product_id uuid_text NOT NULL,
  version bigint NOT NULL CHECK (version >= 1),
  status text NOT NULL CHECK (status IN ('draft', 'active', 'archived')),
  yield qty_int NOT NULL CHECK (yield > 0), -- pieces the quantities below make
  notes text NOT NULL,
  -- What one piece cost when the version was published or archived.
  material_cost money_int NOT NULL,
  labor_cost money_int NOT NULL,
  overhead_cost money_int NOT NULL,
  unit_cost money_int NOT NULL,
  published_at ts_text,
  created_at ts_text NOT NULL,
  created_by uuid_text NOT NULL,
  PRIMARY KEY (organization_id, id),
  UNIQUE (organization_id, product_id, version),
  FOREIGN KEY (organization_id, product_id) REFERENCES products (organization_id, id),
  FOREIGN KEY (organization_id, created_by) REFERENCES memberships (organization_id, user_id)
);
CREATE UNIQUE INDEX recipes_one_active ON recipes (organization_id, product_id) WHERE status = 'active';

CREATE TABLE recipe_components (
  organization_id org_text NOT NULL REFERENCES organizations (id),
  recipe_id uuid_text NOT NULL,
  position bigint NOT NULL,
  material_id uuid_text,
  product_id uuid_text, -- a sub-assembly; exactly one of the two is set
  quantity qty_int NOT NULL CHECK (quantity > 0), -- for the whole yield, before waste
  waste bigint NOT NULL CHECK (waste >= 0), -- millionths: 50000 is 5 % more
  notes text NOT NULL,
  PRIMARY KEY (organization_id, recipe_id, position),
  CHECK ((material_id IS NULL) <> (product_id IS NULL)),
  FOREIGN KEY (organization_id, recipe_id) REFERENCES recipes (organization_id, id) ON DELETE CASCADE,
  FOREIGN KEY (organization_id, material_id) REFERENCES materials (organization_id, id),
  FOREIGN KEY (organization_id, product_id) REFERENCES products (organization_id, id)
);
CREATE INDEX recipe_components_material ON recipe_components (organization_id, material_id);
CREATE INDEX recipe_components_product ON recipe_components (organization_id, product_id);

CREATE TABLE labor_steps (
  organization_id org_text NOT NULL REFERENCES organizations (id),
  recipe_id uuid_text NOT NULL,
  position bigint NOT NULL,
  name text NOT NULL,
  minutes qty_int NOT NULL CHECK (minutes >= 0), -- of one run
  units_per_run qty_int NOT NULL CHECK (units_per_run > 0), -- pieces one run makes
  hourly_rate money_int CHECK (hourly_rate >= 0), -- instead of the organization's
  PRIMARY KEY (organization_id, recipe_id, position),
  FOREIGN KEY (organization_id, recipe_id) REFERENCES recipes (organization_id, id) ON DELETE CASCADE
);

-- +goose Down
DROP TABLE labor_steps;
DROP TABLE recipe_components;
DROP TABLE recipes;
DROP TABLE products;
