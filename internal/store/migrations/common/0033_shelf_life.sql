-- +goose Up
ALTER TABLE products ADD COLUMN shelf_life_days bigint CHECK (shelf_life_days >= 0); -- from the day it is made; NULL keeps for good

-- +goose Down
ALTER TABLE products DROP COLUMN shelf_life_days;
