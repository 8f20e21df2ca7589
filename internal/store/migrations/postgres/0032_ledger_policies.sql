-- +goose Up
ALTER TABLE sequences FORCE ROW LEVEL SECURITY;
ALTER TABLE materials FORCE ROW LEVEL SECURITY;
ALTER TABLE products FORCE ROW LEVEL SECURITY;
ALTER TABLE batches FORCE ROW LEVEL SECURITY;
ALTER TABLE allocations FORCE ROW LEVEL SECURITY;
ALTER TABLE order_lines FORCE ROW LEVEL SECURITY;
ALTER TABLE orders FORCE ROW LEVEL SECURITY;
SELECT protect('items');
SELECT protect('locations');
SELECT protect('inventory_settings');
SELECT protect('lots');
SELECT protect('stock');
SELECT protect('movements');
SELECT protect('lot_events');

-- +goose Down
SELECT 1;
