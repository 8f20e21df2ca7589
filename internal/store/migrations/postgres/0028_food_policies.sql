-- +goose Up
SELECT protect('allergens');
SELECT protect('nutrients');

-- +goose Down
SELECT 1;
