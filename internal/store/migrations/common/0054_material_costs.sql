-- +goose Up
-- What somebody typed. What counts is the price, which the ledger may tell: see cost_method.
ALTER TABLE materials ADD COLUMN manual_price money_int NOT NULL DEFAULT 0 CHECK (manual_price >= 0);
UPDATE materials SET manual_price = price;
ALTER TABLE inventory_settings ADD COLUMN cost_method text NOT NULL DEFAULT 'manual' CHECK (cost_method IN ('manual', 'last', 'average'));

-- +goose Down
ALTER TABLE inventory_settings DROP COLUMN cost_method;
ALTER TABLE materials DROP COLUMN manual_price;
