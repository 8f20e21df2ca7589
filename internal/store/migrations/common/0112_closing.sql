-- +goose Up
-- While an organization is closing: since when, by whom (NULL is the operator), and when it is removed.
ALTER TABLE organizations ADD COLUMN closing_at ts_text;
ALTER TABLE organizations ADD COLUMN closing_by uuid_text;
ALTER TABLE organizations ADD COLUMN remove_at ts_text;
ALTER TABLE organizations ADD COLUMN reminded boolean NOT NULL DEFAULT FALSE; -- of the removal, a week before
CREATE INDEX organizations_remove_at ON organizations (remove_at) WHERE remove_at IS NOT NULL;

-- What is kept of an organization that was removed, for the operator. Its id is no organization's any more, so this is no foreign key.
CREATE TABLE closed_organizations (
  organization uuid_text NOT NULL PRIMARY KEY,
  name text NOT NULL,
  slug text NOT NULL,
  reason text NOT NULL,
  created_at ts_text NOT NULL,
  closed_at ts_text NOT NULL, -- when somebody asked for it
  closed_by uuid_text, -- NULL is the operator
  rows_removed bigint NOT NULL,
  files_removed bigint NOT NULL,
  removed_at ts_text -- NULL while the removal is under way
);

-- Slugs of organizations that are gone. None is given again: old links must not lead to somebody else.
CREATE TABLE retired_slugs (
  slug text NOT NULL PRIMARY KEY,
  retired_at ts_text NOT NULL
);

-- +goose Down
DROP TABLE retired_slugs;
DROP TABLE closed_organizations;
DROP INDEX organizations_remove_at;
ALTER TABLE organizations DROP COLUMN reminded;
ALTER TABLE organizations DROP COLUMN remove_at;
ALTER TABLE organizations DROP COLUMN closing_by;
ALTER TABLE organizations DROP COLUMN closing_at;
