-- +goose Up
-- Customers who pay the same prices.
CREATE TABLE customer_groups (
  organization_id org_text NOT NULL REFERENCES organizations (id),
  id uuid_text NOT NULL,
  name text NOT NULL,
  PRIMARY KEY (organization_id, id),
  UNIQUE (organization_id, name)
);

-- The group of a customer, who is in none or in one.
CREATE TABLE customer_group_members (
  organization_id org_text NOT NULL REFERENCES organizations (id),
  customer_id uuid_text NOT NULL,
  group_id uuid_text NOT NULL,
  PRIMARY KEY (organization_id, customer_id),
  FOREIGN KEY (organization_id, customer_id) REFERENCES customers (organization_id, id),
  FOREIGN KEY (organization_id, group_id) REFERENCES customer_groups (organization_id, id)
);
CREATE INDEX customer_group_members_group ON customer_group_members (organization_id, group_id);

-- What the customers of a group pay for orders that are due on some days.
CREATE TABLE price_lists (
  organization_id org_text NOT NULL REFERENCES organizations (id),
  id uuid_text NOT NULL,
  group_id uuid_text NOT NULL,
  name text NOT NULL,
  discount bigint NOT NULL CHECK (discount BETWEEN 0 AND 1000000), -- millionths of a product's price, for products without a row
  valid_from date_text, -- NULL is from ever
  valid_until date_text, -- the last day; NULL is for good
  archived_at ts_text,
  created_at ts_text NOT NULL,
  created_by uuid_text NOT NULL,
  updated_at ts_text NOT NULL,
  updated_by uuid_text NOT NULL,
  PRIMARY KEY (organization_id, id),
  UNIQUE (organization_id, name),
  FOREIGN KEY (organization_id, group_id) REFERENCES customer_groups (organization_id, id),
  FOREIGN KEY (organization_id, created_by) REFERENCES memberships (organization_id, user_id),
  FOREIGN KEY (organization_id, updated_by) REFERENCES memberships (organization_id, user_id)
);
CREATE INDEX price_lists_group ON price_lists (organization_id, group_id);

-- What one piece costs from so many on.
CREATE TABLE price_list_rows (
  organization_id org_text NOT NULL REFERENCES organizations (id),
  price_list_id uuid_text NOT NULL,
  product_id uuid_text NOT NULL,
  minimum qty_int NOT NULL CHECK (minimum > 0), -- pieces of a line
  price money_int NOT NULL CHECK (price >= 0),
  PRIMARY KEY (organization_id, price_list_id, product_id, minimum),
  FOREIGN KEY (organization_id, price_list_id) REFERENCES price_lists (organization_id, id) ON DELETE CASCADE,
  FOREIGN KEY (organization_id, product_id) REFERENCES products (organization_id, id)
);
CREATE INDEX price_list_rows_product ON price_list_rows (organization_id, product_id);

-- Where the price of a line came from when the order was written, and the name of the list then.
ALTER TABLE order_lines ADD COLUMN price_source text NOT NULL DEFAULT 'product' CHECK (price_source IN ('product', 'list', 'discount', 'typed'));
ALTER TABLE order_lines ADD COLUMN price_list text NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE order_lines DROP COLUMN price_list;
ALTER TABLE order_lines DROP COLUMN price_source;
DROP TABLE price_list_rows;
DROP TABLE price_lists;
DROP TABLE customer_group_members;
DROP TABLE customer_groups;
