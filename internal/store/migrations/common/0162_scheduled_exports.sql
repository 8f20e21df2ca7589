-- +goose Up
-- How often the host writes an organization into an archive of its own: 'usual' is as often as others.
ALTER TABLE organizations ADD COLUMN export_schedule text NOT NULL DEFAULT 'usual' CHECK (export_schedule IN ('usual', 'daily', 'weekly', 'never'));
-- The day (UTC) for which an export was last left to be done, and that of which the archive is there; NULL is none.
ALTER TABLE organizations ADD COLUMN export_taken_on date_text;
ALTER TABLE organizations ADD COLUMN exported_on date_text;

-- +goose Down
ALTER TABLE organizations DROP COLUMN exported_on;
ALTER TABLE organizations DROP COLUMN export_taken_on;
ALTER TABLE organizations DROP COLUMN export_schedule;
