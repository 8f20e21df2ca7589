-- +goose Up
CREATE TABLE materials (
  organization_id org_text NOT NULL REFERENCES organizations (id),
  id uuid_text NOT NULL,
  name text NOT NULL,
  sku text NOT NULL,
  unit text NOT NULL CHECK (unit IN ('g', 'ml', 'pcs')), -- the stock unit
  price money_int NOT NULL CHECK (price >= 0), -- of one stock unit
  minimum_stock qty_int CHECK (minimum_stock >= 0),
  maximum_stock qty_int CHECK (maximum_stock >= 0),
  notes text NOT NULL,
  search_text text NOT NULL,
  archived_at ts_text,
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

CREATE TABLE lots (
  organization_id org_text NOT NULL REFERENCES organizations (id),
  id uuid_text NOT NULL,
  material_id uuid_text NOT NULL,
  code text NOT NULL,
  supplier_lot text NOT NULL,
  status text NOT NULL CHECK (status IN ('available', 'quarantined', 'blocked')),
  received_at ts_text NOT NULL,
  received_on date_text NOT NULL,
  expires_on date_text,
  unit_cost money_int NOT NULL CHECK (unit_cost >= 0), -- of one stock unit
  on_hand qty_int NOT NULL CHECK (on_hand >= 0), -- always the sum of the lot's movements
  created_at ts_text NOT NULL,
  created_by uuid_text NOT NULL,
  PRIMARY KEY (organization_id, id),
  UNIQUE (organization_id, code),
  UNIQUE (organization_id, material_id, id),
  FOREIGN KEY (organization_id, material_id) REFERENCES materials (organization_id, id),
  FOREIGN KEY (organization_id, created_by) REFERENCES memberships (organization_id, user_id)
);

-- The stock ledger: rows are added, never changed; a correction is a movement of its own.
CREATE TABLE movements (
  organization_id org_text NOT NULL REFERENCES organizations (id),
  id uuid_text NOT NULL,
  material_id uuid_text NOT NULL,
  lot_id uuid_text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('opening', 'receipt', 'consumption', 'production', 'sale', 'adjustment', 'stocktake', 'waste', 'transfer', 'reversal')),
  quantity qty_int NOT NULL CHECK (quantity <> 0), -- signed, stock units
  unit_cost money_int NOT NULL,
  reason text NOT NULL,
  source_kind text NOT NULL, -- the document behind it: 'batch', or '' for none
  source_id uuid_text,
  occurred_at ts_text NOT NULL,
  occurred_on date_text NOT NULL, -- the business day, in the organization's time zone
  created_at ts_text NOT NULL,
  created_by uuid_text NOT NULL,
  PRIMARY KEY (organization_id, id),
  FOREIGN KEY (organization_id, material_id, lot_id) REFERENCES lots (organization_id, material_id, id),
  FOREIGN KEY (organization_id, created_by) REFERENCES memberships (organization_id, user_id)
);
CREATE INDEX movements_material ON movements (organization_id, material_id, occurred_at);
CREATE INDEX movements_lot ON movements (organization_id, lot_id);
CREATE INDEX movements_source ON movements (organization_id, source_kind, source_id);

-- +goose Down
DROP TABLE movements;
DROP TABLE lots;
DROP TABLE materials;
