-- +goose Up
ALTER TABLE organizations ADD COLUMN status_reason text NOT NULL DEFAULT ''; -- why it is suspended, for its members to read

-- +goose Down
ALTER TABLE organizations DROP COLUMN status_reason;
