-- +goose Up
ALTER TABLE materials FORCE ROW LEVEL SECURITY;

-- +goose Down
SELECT 1;
