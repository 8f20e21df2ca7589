-- +goose Up
-- What one piece of a product cost, each time it changed.
CREATE TABLE cost_changes (
  organization_id org_text NOT NULL REFERENCES organizations (id),
  id uuid_text NOT NULL,
  product_id uuid_text NOT NULL,
  recipe_id uuid_text NOT NULL, -- the version that was active then
  reason text NOT NULL CHECK (reason IN ('published', 'materials', 'rates', 'component')),
  cause text NOT NULL, -- the materials or the product whose change it was, by name
  material_cost money_int NOT NULL,
  labor_cost money_int NOT NULL,
  overhead_cost money_int NOT NULL,
  unit_cost money_int NOT NULL,
  created_at ts_text NOT NULL,
  PRIMARY KEY (organization_id, id),
  FOREIGN KEY (organization_id, product_id) REFERENCES products (organization_id, id),
  FOREIGN KEY (organization_id, recipe_id) REFERENCES recipes (organization_id, id)
);
CREATE INDEX cost_changes_product ON cost_changes (organization_id, product_id, created_at, id);

-- The arithmetic behind the cost of a version, kept when it is archived: JSON, and nothing before that.
ALTER TABLE recipes ADD COLUMN arithmetic text NOT NULL DEFAULT '';

-- What a completed batch was reckoned with.
ALTER TABLE batches ADD COLUMN hourly_rate money_int;
ALTER TABLE batches ADD COLUMN overhead_rate bigint;

-- What is added to a cost to get a price: millionths of it, or an amount; and where the price is rounded up to.
ALTER TABLE settings ADD COLUMN retail_markup text NOT NULL DEFAULT 'percent' CHECK (retail_markup IN ('percent', 'fixed'));
ALTER TABLE settings ADD COLUMN retail_value bigint NOT NULL DEFAULT 0 CHECK (retail_value >= 0);
ALTER TABLE settings ADD COLUMN retail_ending text NOT NULL DEFAULT 'none' CHECK (retail_ending IN ('none', '.05', '.50', '.99'));
ALTER TABLE settings ADD COLUMN wholesale_markup text NOT NULL DEFAULT 'percent' CHECK (wholesale_markup IN ('percent', 'fixed'));
ALTER TABLE settings ADD COLUMN wholesale_value bigint NOT NULL DEFAULT 0 CHECK (wholesale_value >= 0);
ALTER TABLE settings ADD COLUMN wholesale_ending text NOT NULL DEFAULT 'none' CHECK (wholesale_ending IN ('none', '.05', '.50', '.99'));

-- +goose Down
ALTER TABLE settings DROP COLUMN wholesale_ending;
ALTER TABLE settings DROP COLUMN wholesale_value;
ALTER TABLE settings DROP COLUMN wholesale_markup;
ALTER TABLE settings DROP COLUMN retail_ending;
ALTER TABLE settings DROP COLUMN retail_value;
ALTER TABLE settings DROP COLUMN retail_markup;
ALTER TABLE batches DROP COLUMN overhead_rate;
ALTER TABLE batches DROP COLUMN hourly_rate;
ALTER TABLE recipes DROP COLUMN arithmetic;
DROP TABLE cost_changes;
