-- +goose Up
SELECT protect('transfers');

-- +goose Down
SELECT 1;
