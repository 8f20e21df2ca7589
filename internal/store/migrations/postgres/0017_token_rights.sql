-- +goose Up
GRANT SELECT, INSERT, UPDATE, DELETE ON tokens TO craftplan_app;

-- +goose Down
SELECT 1;
