-- +goose Up
-- What labels of food name. The law's have a code, which programs know them by, and stay as they are; an organization's own have none.
CREATE TABLE allergens (
  organization_id org_text NOT NULL REFERENCES organizations (id),
  id uuid_text NOT NULL,
  code text NOT NULL, -- such as 'gluten'; '' for the organization's own
  name text NOT NULL,
  position bigint NOT NULL, -- in lists and on labels; then by name
  archived_at ts_text,
  created_at ts_text NOT NULL,
  updated_at ts_text NOT NULL,
  PRIMARY KEY (organization_id, id),
  UNIQUE (organization_id, name)
);
CREATE UNIQUE INDEX allergens_code ON allergens (organization_id, code) WHERE code <> '';

CREATE TABLE nutrients (
  organization_id org_text NOT NULL REFERENCES organizations (id),
  id uuid_text NOT NULL,
  code text NOT NULL, -- such as 'fat'; '' for the organization's own
  name text NOT NULL,
  unit text NOT NULL CHECK (unit IN ('kJ', 'kcal', 'g', 'mg', 'µg', 'ml', '%')),
  parent_id uuid_text, -- of which it is a part
  position bigint NOT NULL, -- in lists and on labels, a part right after its whole; then by name
  archived_at ts_text,
  created_at ts_text NOT NULL,
  updated_at ts_text NOT NULL,
  PRIMARY KEY (organization_id, id),
  UNIQUE (organization_id, name),
  FOREIGN KEY (organization_id, parent_id) REFERENCES nutrients (organization_id, id)
);
CREATE UNIQUE INDEX nutrients_code ON nutrients (organization_id, code) WHERE code <> '';
CREATE INDEX nutrients_parent ON nutrients (organization_id, parent_id);

-- +goose Down
DROP TABLE nutrients;
DROP TABLE allergens;
