-- +goose Up
CREATE TABLE customers (
  organization_id org_text NOT NULL REFERENCES organizations (id),
  id uuid_text NOT NULL,
  reference text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('individual', 'company')),
  name text NOT NULL,
  contact_name text NOT NULL,
  email text NOT NULL,
  phone text NOT NULL,
  notes text NOT NULL,
  search_text text NOT NULL, -- folded: lower case, no accents
  archived_at ts_text,
  created_at ts_text NOT NULL,
  created_by uuid_text NOT NULL,
  updated_at ts_text NOT NULL,
  updated_by uuid_text NOT NULL,
  PRIMARY KEY (organization_id, id),
  UNIQUE (organization_id, reference),
  FOREIGN KEY (organization_id, created_by) REFERENCES memberships (organization_id, user_id),
  FOREIGN KEY (organization_id, updated_by) REFERENCES memberships (organization_id, user_id)
);
CREATE INDEX customers_name ON customers (organization_id, name, id);
CREATE INDEX customers_created ON customers (organization_id, created_at, id);

CREATE TABLE addresses (
  organization_id org_text NOT NULL REFERENCES organizations (id),
  id uuid_text NOT NULL,
  customer_id uuid_text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('billing', 'shipping')),
  street text NOT NULL,
  city text NOT NULL,
  region text NOT NULL,
  postal_code text NOT NULL,
  country text NOT NULL,
  PRIMARY KEY (organization_id, id),
  UNIQUE (organization_id, customer_id, kind),
  FOREIGN KEY (organization_id, customer_id) REFERENCES customers (organization_id, id) ON DELETE CASCADE
);

-- +goose Down
DROP TABLE addresses;
DROP TABLE customers;
