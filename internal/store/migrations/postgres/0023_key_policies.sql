-- +goose Up
SELECT protect('api_keys');

-- +goose Down
SELECT 1;
