-- +goose Up
CREATE TABLE orders (
  organization_id org_text NOT NULL REFERENCES organizations (id),
  id uuid_text NOT NULL,
  reference text NOT NULL,
  customer_id uuid_text NOT NULL,
  status text NOT NULL CHECK (status IN ('unconfirmed', 'confirmed', 'in_progress', 'ready', 'delivered', 'completed', 'cancelled')),
  payment_status text NOT NULL CHECK (payment_status IN ('pending', 'paid', 'to_be_refunded', 'refunded')),
  fulfilment text NOT NULL CHECK (fulfilment IN ('pickup', 'delivery')),
  delivery_at ts_text NOT NULL,
  delivery_on date_text NOT NULL, -- the day in the organization's time zone
  currency text NOT NULL,
  tax_mode text NOT NULL CHECK (tax_mode IN ('exclusive', 'inclusive')),
  tax_rate bigint NOT NULL,
  discount_kind text NOT NULL CHECK (discount_kind IN ('none', 'percent', 'fixed')),
  discount_value bigint NOT NULL CHECK (discount_value >= 0), -- percent: millionths of the subtotal; fixed: micro currency units
  subtotal money_int NOT NULL,
  discount_total money_int NOT NULL,
  shipping_total money_int NOT NULL CHECK (shipping_total >= 0),
  tax_total money_int NOT NULL, -- contained in the total when the tax mode is inclusive
  total money_int NOT NULL,
  notes text NOT NULL,
  search_text text NOT NULL, -- reference and customer's name, folded
  confirmed_at ts_text,
  started_at ts_text,
  ready_at ts_text,
  delivered_at ts_text,
  cancelled_at ts_text,
  created_at ts_text NOT NULL,
  created_by uuid_text NOT NULL,
  updated_at ts_text NOT NULL,
  updated_by uuid_text NOT NULL,
  PRIMARY KEY (organization_id, id),
  UNIQUE (organization_id, reference),
  FOREIGN KEY (organization_id, customer_id) REFERENCES customers (organization_id, id),
  FOREIGN KEY (organization_id, created_by) REFERENCES memberships (organization_id, user_id),
  FOREIGN KEY (organization_id, updated_by) REFERENCES memberships (organization_id, user_id)
);
CREATE INDEX orders_delivery ON orders (organization_id, delivery_at, id);
CREATE INDEX orders_day ON orders (organization_id, delivery_on, delivery_at);
CREATE INDEX orders_customer ON orders (organization_id, customer_id, delivery_at);
CREATE INDEX orders_status ON orders (organization_id, status, delivery_at);

CREATE TABLE order_lines (
  organization_id org_text NOT NULL REFERENCES organizations (id),
  id uuid_text NOT NULL,
  order_id uuid_text NOT NULL,
  position bigint NOT NULL,
  product_id uuid_text NOT NULL,
  quantity qty_int NOT NULL CHECK (quantity > 0), -- pieces
  unit_price money_int NOT NULL CHECK (unit_price >= 0),
  line_total money_int NOT NULL, -- rounded to the currency's digits
  produced_quantity qty_int NOT NULL CHECK (produced_quantity >= 0),
  -- What the produced pieces cost, added up over batches.
  material_cost money_int NOT NULL,
  labor_cost money_int NOT NULL,
  overhead_cost money_int NOT NULL,
  PRIMARY KEY (organization_id, id),
  UNIQUE (organization_id, order_id, position),
  FOREIGN KEY (organization_id, order_id) REFERENCES orders (organization_id, id) ON DELETE CASCADE,
  FOREIGN KEY (organization_id, product_id) REFERENCES products (organization_id, id)
);
CREATE INDEX order_lines_product ON order_lines (organization_id, product_id);

-- +goose Down
DROP TABLE order_lines;
DROP TABLE orders;
