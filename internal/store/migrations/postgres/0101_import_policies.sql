-- +goose Up
SELECT protect('imports');
SELECT protect('import_rows');
SELECT protect('import_problems');
SELECT protect('import_heads');

-- +goose Down
SELECT 1;
