-- +goose Up
-- What an organization keeps beside its rows. The content lies in a directory, by organization and id, and is there before the row is.
CREATE TABLE files (
  organization_id org_text NOT NULL REFERENCES organizations (id),
  id uuid_text NOT NULL,
  purpose text NOT NULL, -- what it is for: 'logo'
  media_type text NOT NULL,
  size bigint NOT NULL CHECK (size >= 0), -- bytes
  sha256 text NOT NULL, -- of the content, hexadecimal
  created_at ts_text NOT NULL,
  created_by uuid_text NOT NULL,
  PRIMARY KEY (organization_id, id),
  FOREIGN KEY (organization_id, created_by) REFERENCES memberships (organization_id, user_id)
);
CREATE INDEX files_purpose ON files (organization_id, purpose);

-- SHA-256 of the logo, '' for none: the switcher shows the logos of organizations that it does not open.
ALTER TABLE organizations ADD COLUMN logo text NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE organizations DROP COLUMN logo;
DROP TABLE files;
