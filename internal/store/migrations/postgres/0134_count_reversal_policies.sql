-- +goose Up
SELECT protect('count_reversals');

-- +goose Down
SELECT 1;
