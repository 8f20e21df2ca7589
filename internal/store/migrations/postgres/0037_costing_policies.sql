-- +goose Up
SELECT protect('cost_changes');

-- +goose Down
SELECT 1;
