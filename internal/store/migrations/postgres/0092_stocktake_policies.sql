-- +goose Up
SELECT protect('containers');
SELECT protect('counts');
SELECT protect('count_lines');

-- +goose Down
SELECT 1;
