-- +goose Up
ALTER TABLE material_declarations ADD COLUMN packaging boolean NOT NULL DEFAULT FALSE; -- no part of the food, so labels leave it out

-- +goose Down
ALTER TABLE material_declarations DROP COLUMN packaging;
