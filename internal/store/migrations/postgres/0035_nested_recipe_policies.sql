-- +goose Up
SELECT protect('batch_steps');

-- +goose Down
SELECT 1;
