-- +goose Up
GRANT SELECT, INSERT ON support_events TO craftplan_app;

-- +goose Down
SELECT 1;
