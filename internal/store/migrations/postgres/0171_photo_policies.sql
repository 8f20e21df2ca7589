-- +goose Up
SELECT protect('product_photos');

-- +goose Down
SELECT 1;
