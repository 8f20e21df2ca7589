-- +goose Up
SELECT protect('files');

-- +goose Down
SELECT 1;
