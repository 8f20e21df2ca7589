-- +goose Up
CREATE TABLE batches (
  organization_id org_text NOT NULL REFERENCES organizations (id),
  id uuid_text NOT NULL,
  code text NOT NULL,
  day_number bigint NOT NULL, -- shown as #001 on its day
  product_id uuid_text NOT NULL,
  recipe_id uuid_text,
  status text NOT NULL CHECK (status IN ('open', 'in_progress', 'completed', 'cancelled')),
  scheduled_on date_text NOT NULL,
  planned_quantity qty_int NOT NULL CHECK (planned_quantity > 0),
  produced_quantity qty_int NOT NULL CHECK (produced_quantity >= 0),
  scrap_quantity qty_int NOT NULL CHECK (scrap_quantity >= 0),
  notes text NOT NULL,
  -- What the produced pieces cost in all; written at completion and never recomputed.
  material_cost money_int NOT NULL,
  labor_cost money_int NOT NULL,
  overhead_cost money_int NOT NULL,
  unit_cost money_int NOT NULL,
  started_at ts_text,
  started_by uuid_text,
  completed_at ts_text,
  completed_by uuid_text,
  created_at ts_text NOT NULL,
  created_by uuid_text NOT NULL,
  PRIMARY KEY (organization_id, id),
  UNIQUE (organization_id, code),
  FOREIGN KEY (organization_id, product_id) REFERENCES products (organization_id, id),
  FOREIGN KEY (organization_id, recipe_id) REFERENCES recipes (organization_id, id),
  FOREIGN KEY (organization_id, started_by) REFERENCES memberships (organization_id, user_id),
  FOREIGN KEY (organization_id, completed_by) REFERENCES memberships (organization_id, user_id),
  FOREIGN KEY (organization_id, created_by) REFERENCES memberships (organization_id, user_id)
);
CREATE INDEX batches_day ON batches (organization_id, scheduled_on, status);
CREATE INDEX batches_product ON batches (organization_id, product_id, scheduled_on);

-- What a batch needs, frozen when it starts: quantities for the recipe's whole yield, with waste.
CREATE TABLE batch_components (
  organization_id org_text NOT NULL REFERENCES organizations (id),
  batch_id uuid_text NOT NULL,
  material_id uuid_text NOT NULL,
  quantity qty_int NOT NULL CHECK (quantity >= 0),
  yield qty_int NOT NULL CHECK (yield > 0),
  PRIMARY KEY (organization_id, batch_id, material_id),
  FOREIGN KEY (organization_id, batch_id) REFERENCES batches (organization_id, id) ON DELETE CASCADE,
  FOREIGN KEY (organization_id, material_id) REFERENCES materials (organization_id, id)
);

CREATE TABLE allocations (
  organization_id org_text NOT NULL REFERENCES organizations (id),
  batch_id uuid_text NOT NULL,
  order_line_id uuid_text NOT NULL,
  planned_quantity qty_int NOT NULL CHECK (planned_quantity > 0),
  completed_quantity qty_int NOT NULL CHECK (completed_quantity BETWEEN 0 AND planned_quantity),
  PRIMARY KEY (organization_id, batch_id, order_line_id),
  FOREIGN KEY (organization_id, batch_id) REFERENCES batches (organization_id, id) ON DELETE CASCADE,
  FOREIGN KEY (organization_id, order_line_id) REFERENCES order_lines (organization_id, id)
);
CREATE INDEX allocations_line ON allocations (organization_id, order_line_id);

-- Which lots a batch used.
CREATE TABLE consumptions (
  organization_id org_text NOT NULL REFERENCES organizations (id),
  batch_id uuid_text NOT NULL,
  lot_id uuid_text NOT NULL,
  material_id uuid_text NOT NULL,
  quantity qty_int NOT NULL CHECK (quantity > 0),
  cost money_int NOT NULL,
  PRIMARY KEY (organization_id, batch_id, lot_id),
  FOREIGN KEY (organization_id, batch_id) REFERENCES batches (organization_id, id),
  FOREIGN KEY (organization_id, material_id, lot_id) REFERENCES lots (organization_id, material_id, id)
);
CREATE INDEX consumptions_lot ON consumptions (organization_id, lot_id);

-- +goose Down
DROP TABLE consumptions;
DROP TABLE allocations;
DROP TABLE batch_components;
DROP TABLE batches;
