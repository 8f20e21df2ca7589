-- +goose Up
-- What the ledger counts: every material and every product, by the id it has there.
CREATE TABLE items (
  organization_id org_text NOT NULL REFERENCES organizations (id),
  id uuid_text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('material', 'product')),
  material_id uuid_text,
  product_id uuid_text,
  name text NOT NULL,
  sku text NOT NULL,
  unit text NOT NULL CHECK (unit IN ('g', 'ml', 'pcs')),
  search_text text NOT NULL,
  on_hand qty_int NOT NULL, -- always the sum of its lots
  PRIMARY KEY (organization_id, id),
  CHECK (CASE kind
    WHEN 'material' THEN product_id IS NULL AND material_id IS NOT NULL AND material_id = id
    ELSE material_id IS NULL AND product_id IS NOT NULL AND product_id = id END),
  FOREIGN KEY (organization_id, material_id) REFERENCES materials (organization_id, id) ON DELETE CASCADE,
  FOREIGN KEY (organization_id, product_id) REFERENCES products (organization_id, id) ON DELETE CASCADE
);
CREATE INDEX items_material ON items (organization_id, material_id);
CREATE INDEX items_product ON items (organization_id, product_id);

INSERT INTO items (organization_id, id, kind, material_id, product_id, name, sku, unit, search_text, on_hand)
SELECT m.organization_id, m.id, 'material', m.id, NULL, m.name, m.sku, m.unit, m.search_text,
  CAST(COALESCE((SELECT SUM(l.on_hand) FROM lots AS l WHERE l.organization_id = m.organization_id AND l.material_id = m.id), 0) AS qty_int)
FROM materials AS m;
INSERT INTO items (organization_id, id, kind, material_id, product_id, name, sku, unit, search_text, on_hand)
SELECT p.organization_id, p.id, 'product', NULL, p.id, p.name, p.sku, 'pcs', p.search_text, 0 FROM products AS p;

-- Where stock stands. An organization's first place has the id of the organization; what is on its way stands in its transit.
CREATE TABLE locations (
  organization_id org_text NOT NULL REFERENCES organizations (id),
  id uuid_text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('place', 'transit')),
  name text NOT NULL,
  archived_at ts_text,
  created_at ts_text NOT NULL,
  PRIMARY KEY (organization_id, id),
  UNIQUE (organization_id, name)
);
INSERT INTO locations (organization_id, id, kind, name, created_at)
SELECT o.id, o.id, 'place', 'Main', o.created_at FROM organizations AS o;

-- How an organization keeps its stock.
CREATE TABLE inventory_settings (
  organization_id org_text NOT NULL PRIMARY KEY REFERENCES organizations (id),
  lot_pattern text NOT NULL,
  negative_stock text NOT NULL CHECK (negative_stock IN ('forbid', 'warn')),
  backdate_days bigint NOT NULL CHECK (backdate_days BETWEEN 0 AND 3650),
  expiring_days bigint NOT NULL CHECK (expiring_days BETWEEN 1 AND 3650), -- how long before its expiry a lot is expiring
  updated_at ts_text NOT NULL
);
INSERT INTO inventory_settings (organization_id, lot_pattern, negative_stock, backdate_days, expiring_days, updated_at)
SELECT o.id, 'L-{yyyy}-{0000}', 'forbid', 31, 14, o.created_at FROM organizations AS o;
-- Lots go on being numbered where they were.
INSERT INTO sequences (organization_id, name, year, next_value)
SELECT s.organization_id, 'lot L-' || s.year || '-#', 0, s.next_value FROM sequences AS s WHERE s.name = 'L';
DELETE FROM sequences WHERE name = 'L';

-- Lots and movements are made anew: they belong to items now, and SQLite cannot turn a foreign key.
CREATE TABLE held_lots AS SELECT * FROM lots;
CREATE TABLE held_movements AS SELECT * FROM movements;
DROP TABLE consumptions; -- the movements of a batch say the same
DROP TABLE movements;
DROP TABLE lots;

CREATE TABLE lots (
  organization_id org_text NOT NULL REFERENCES organizations (id),
  id uuid_text NOT NULL,
  item_id uuid_text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('stock', 'owed')), -- owed: what was used beyond what there was
  code text NOT NULL,
  supplier text NOT NULL,
  supplier_lot text NOT NULL,
  status text NOT NULL CHECK (status IN ('available', 'quarantined', 'blocked')),
  received_at ts_text NOT NULL,
  received_on date_text NOT NULL,
  expires_on date_text,
  unit_cost money_int NOT NULL CHECK (unit_cost >= 0), -- of one stock unit, as it came in
  on_hand qty_int NOT NULL, -- always the sum of the lot's movements
  value money_int NOT NULL, -- what is on hand cost: always the sum of the values of the lot's movements
  search_text text NOT NULL, -- code and supplier's lot, folded
  created_at ts_text NOT NULL,
  created_by uuid_text NOT NULL,
  PRIMARY KEY (organization_id, id),
  UNIQUE (organization_id, code),
  UNIQUE (organization_id, item_id, id),
  CHECK (on_hand >= 0 OR kind = 'owed'),
  CHECK (on_hand <> 0 OR value = 0),
  FOREIGN KEY (organization_id, item_id) REFERENCES items (organization_id, id),
  FOREIGN KEY (organization_id, created_by) REFERENCES memberships (organization_id, user_id)
);
CREATE INDEX lots_in_stock ON lots (organization_id, item_id, expires_on) WHERE on_hand <> 0;
CREATE INDEX lots_expiry ON lots (organization_id, expires_on) WHERE on_hand <> 0;
CREATE INDEX lots_newest ON lots (organization_id, received_at, id);

-- What a lot has at each location.
CREATE TABLE stock (
  organization_id org_text NOT NULL REFERENCES organizations (id),
  item_id uuid_text NOT NULL,
  lot_id uuid_text NOT NULL,
  location_id uuid_text NOT NULL,
  on_hand qty_int NOT NULL, -- always the sum of the lot's movements there
  PRIMARY KEY (organization_id, lot_id, location_id),
  FOREIGN KEY (organization_id, item_id, lot_id) REFERENCES lots (organization_id, item_id, id),
  FOREIGN KEY (organization_id, location_id) REFERENCES locations (organization_id, id)
);
CREATE INDEX stock_location ON stock (organization_id, location_id);
CREATE INDEX stock_item ON stock (organization_id, item_id);

-- The stock ledger: rows are added, never changed; a mistake is corrected by a row that reverses it.
CREATE TABLE movements (
  organization_id org_text NOT NULL REFERENCES organizations (id),
  id uuid_text NOT NULL,
  item_id uuid_text NOT NULL,
  lot_id uuid_text NOT NULL,
  location_id uuid_text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('opening', 'receipt', 'consumption', 'production', 'sale', 'adjustment', 'stocktake', 'waste', 'transfer', 'reversal')),
  quantity qty_int NOT NULL CHECK (quantity <> 0), -- signed, stock units
  value money_int NOT NULL, -- signed: what the value of the stock changed by
  reason text NOT NULL,
  source_kind text NOT NULL, -- the document behind it, such as 'batch'; '' for none
  source_id uuid_text,
  source_name text NOT NULL, -- what people know the document by
  other_lot_id uuid_text, -- the lot it came from or went to, of a split, a merge or a settlement
  reverses_id uuid_text, -- the movement that this one takes back
  occurred_at ts_text NOT NULL,
  occurred_on date_text NOT NULL, -- the business day, in the organization's time zone
  created_at ts_text NOT NULL,
  created_by uuid_text NOT NULL,
  PRIMARY KEY (organization_id, id),
  UNIQUE (organization_id, reverses_id),
  CHECK ((kind = 'reversal') = (reverses_id IS NOT NULL)),
  FOREIGN KEY (organization_id, item_id, lot_id) REFERENCES lots (organization_id, item_id, id),
  FOREIGN KEY (organization_id, item_id, other_lot_id) REFERENCES lots (organization_id, item_id, id),
  FOREIGN KEY (organization_id, location_id) REFERENCES locations (organization_id, id),
  FOREIGN KEY (organization_id, reverses_id) REFERENCES movements (organization_id, id),
  FOREIGN KEY (organization_id, created_by) REFERENCES memberships (organization_id, user_id)
);
CREATE INDEX movements_item ON movements (organization_id, item_id, occurred_at);
CREATE INDEX movements_lot ON movements (organization_id, lot_id, occurred_at);
CREATE INDEX movements_other_lot ON movements (organization_id, other_lot_id);
CREATE INDEX movements_source ON movements (organization_id, source_kind, source_id);

-- What changed about a lot beside its stock: its status, expiry, supplier.
CREATE TABLE lot_events (
  organization_id org_text NOT NULL REFERENCES organizations (id),
  id uuid_text NOT NULL,
  lot_id uuid_text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('status', 'expiry', 'supplier', 'supplier_lot')),
  was text NOT NULL,
  became text NOT NULL,
  reason text NOT NULL,
  created_at ts_text NOT NULL,
  created_by uuid_text NOT NULL,
  PRIMARY KEY (organization_id, id),
  FOREIGN KEY (organization_id, lot_id) REFERENCES lots (organization_id, id),
  FOREIGN KEY (organization_id, created_by) REFERENCES memberships (organization_id, user_id)
);
CREATE INDEX lot_events_lot ON lot_events (organization_id, lot_id, created_at);

-- Values are quantity x unit cost, rounded half up. The product would not fit into 64 bits, so whole units and the rest of the
-- quantity are multiplied apart.
INSERT INTO lots (organization_id, id, item_id, kind, code, supplier, supplier_lot, status, received_at, received_on, expires_on, unit_cost, on_hand, value, search_text, created_at, created_by)
SELECT h.organization_id, h.id, h.material_id, 'stock', h.code, '', h.supplier_lot, h.status, h.received_at, h.received_on, h.expires_on, h.unit_cost, h.on_hand,
  h.on_hand / 1000000 * h.unit_cost + (h.on_hand % 1000000 * h.unit_cost + 500000) / 1000000, LOWER(h.code || ' ' || h.supplier_lot), h.created_at, h.created_by
FROM held_lots AS h;
INSERT INTO stock (organization_id, item_id, lot_id, location_id, on_hand)
SELECT l.organization_id, l.item_id, l.id, l.organization_id, l.on_hand FROM lots AS l;
INSERT INTO movements (organization_id, id, item_id, lot_id, location_id, kind, quantity, value, reason, source_kind, source_id, source_name, occurred_at, occurred_on, created_at, created_by)
SELECT h.organization_id, h.id, h.material_id, h.lot_id, h.organization_id, h.kind, h.quantity,
  h.quantity / 1000000 * h.unit_cost + (h.quantity % 1000000 * h.unit_cost + CASE WHEN h.quantity < 0 THEN -500000 ELSE 500000 END) / 1000000,
  h.reason, h.source_kind, h.source_id, COALESCE((SELECT b.code FROM batches AS b WHERE b.organization_id = h.organization_id AND b.id = h.source_id), ''),
  h.occurred_at, h.occurred_on, h.created_at, h.created_by
FROM held_movements AS h;
-- What rounding left over stays with the row that the lot came in by.
UPDATE movements SET value = value + (SELECT l.value FROM lots AS l WHERE l.organization_id = movements.organization_id AND l.id = movements.lot_id)
  - (SELECT SUM(v.value) FROM movements AS v WHERE v.organization_id = movements.organization_id AND v.lot_id = movements.lot_id)
WHERE kind IN ('opening', 'receipt');
DROP TABLE held_movements;
DROP TABLE held_lots;

-- Pieces that batches made for orders which are not delivered yet are on the shelf: each batch becomes a lot of its product.
CREATE TABLE held_pieces AS
SELECT b.organization_id, b.id, b.product_id, b.code, b.completed_at, b.completed_by, b.unit_cost, CAST(SUM(a.completed_quantity) AS qty_int) AS quantity
FROM batches AS b
JOIN allocations AS a ON a.organization_id = b.organization_id AND a.batch_id = b.id
JOIN order_lines AS ol ON ol.organization_id = b.organization_id AND ol.id = a.order_line_id
JOIN orders AS o ON o.organization_id = b.organization_id AND o.id = ol.order_id
WHERE b.status = 'completed' AND a.completed_quantity > 0 AND o.status IN ('confirmed', 'in_progress', 'ready')
GROUP BY b.organization_id, b.id, b.product_id, b.code, b.completed_at, b.completed_by, b.unit_cost;
INSERT INTO lots (organization_id, id, item_id, kind, code, supplier, supplier_lot, status, received_at, received_on, expires_on, unit_cost, on_hand, value, search_text, created_at, created_by)
SELECT h.organization_id, h.id, h.product_id, 'stock', h.code, '', '', 'available', h.completed_at, b.scheduled_on, NULL, h.unit_cost, h.quantity, h.quantity / 1000000 * h.unit_cost, LOWER(h.code), h.completed_at, h.completed_by
FROM held_pieces AS h JOIN batches AS b ON b.organization_id = h.organization_id AND b.id = h.id;
INSERT INTO stock (organization_id, item_id, lot_id, location_id, on_hand)
SELECT h.organization_id, h.product_id, h.id, h.organization_id, h.quantity FROM held_pieces AS h;
INSERT INTO movements (organization_id, id, item_id, lot_id, location_id, kind, quantity, value, reason, source_kind, source_id, source_name, occurred_at, occurred_on, created_at, created_by)
SELECT l.organization_id, l.id, l.item_id, l.id, l.organization_id, 'opening', l.on_hand, l.value, 'Made for orders that were not delivered yet', 'batch', l.id, l.code, l.received_at, l.received_on, l.created_at, l.created_by
FROM lots AS l JOIN held_pieces AS h ON h.organization_id = l.organization_id AND h.id = l.id;
UPDATE items SET on_hand = CAST(COALESCE((SELECT SUM(l.on_hand) FROM lots AS l WHERE l.organization_id = items.organization_id AND l.item_id = items.id), 0) AS qty_int)
WHERE kind = 'product';
DROP TABLE held_pieces;

-- +goose Down
-- What the ledger knows now does not fit into the tables it replaced.
SELECT 1;
