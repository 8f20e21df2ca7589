-- +goose Up
-- Whom the operator keeps out: since when, and why, for the operator to read. NULL is everybody else.
ALTER TABLE users ADD COLUMN disabled_at ts_text;
ALTER TABLE users ADD COLUMN disabled_reason text NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE users DROP COLUMN disabled_reason;
ALTER TABLE users DROP COLUMN disabled_at;
