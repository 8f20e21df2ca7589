-- +goose Up
GRANT SELECT, INSERT, UPDATE, DELETE ON tokens TO craftplan_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON authenticators TO craftplan_app;
GRANT SELECT, INSERT, DELETE ON recovery_codes TO craftplan_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON passkeys TO craftplan_app;

-- +goose Down
SELECT 1;
