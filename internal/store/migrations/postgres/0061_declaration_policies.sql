-- +goose Up
SELECT protect('material_declarations');
SELECT protect('material_allergens');
SELECT protect('material_nutrients');

-- +goose Down
SELECT 1;
