-- +goose Up
-- The next migration moves rows. Row-level security is forced on the owner of these tables too, who belongs to no organization
-- and would see none; it is forced again right after.
ALTER TABLE sequences NO FORCE ROW LEVEL SECURITY;
ALTER TABLE materials NO FORCE ROW LEVEL SECURITY;
ALTER TABLE products NO FORCE ROW LEVEL SECURITY;
ALTER TABLE lots NO FORCE ROW LEVEL SECURITY;
ALTER TABLE movements NO FORCE ROW LEVEL SECURITY;
ALTER TABLE consumptions NO FORCE ROW LEVEL SECURITY;
ALTER TABLE batches NO FORCE ROW LEVEL SECURITY;
ALTER TABLE allocations NO FORCE ROW LEVEL SECURITY;
ALTER TABLE order_lines NO FORCE ROW LEVEL SECURITY;
ALTER TABLE orders NO FORCE ROW LEVEL SECURITY;

-- +goose Down
SELECT 1;
