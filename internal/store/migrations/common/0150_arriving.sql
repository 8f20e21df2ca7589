-- +goose Up
-- An organization that is brought in from another installation, in many transactions. Until it has arrived it is closing, without members
-- and slug, and is removed unless whoever brings it moves remove_at on.
ALTER TABLE organizations ADD COLUMN arriving boolean NOT NULL DEFAULT FALSE;

-- +goose Down
ALTER TABLE organizations DROP COLUMN arriving;
