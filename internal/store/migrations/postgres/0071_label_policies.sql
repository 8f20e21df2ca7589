-- +goose Up
SELECT protect('product_declarations');
SELECT protect('product_highlights');
SELECT protect('label_settings');

-- +goose Down
SELECT 1;
