-- +goose Up
SELECT protect('takeouts');

-- +goose Down
SELECT 1;
