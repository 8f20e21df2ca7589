-- +goose Up
-- Products that are sizes or flavours of one thing have the same family; each is a product like any other, and says which one it is.
ALTER TABLE products ADD COLUMN family text NOT NULL DEFAULT '';
ALTER TABLE products ADD COLUMN variant text NOT NULL DEFAULT ''; -- such as 'large'; '' is the plain one
CREATE INDEX products_family ON products (organization_id, family);

-- +goose Down
DROP INDEX products_family;
ALTER TABLE products DROP COLUMN variant;
ALTER TABLE products DROP COLUMN family;
