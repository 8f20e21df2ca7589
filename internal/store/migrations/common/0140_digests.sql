-- +goose Up
-- How often a member is mailed what expires and what is low; whoever has no row is not mailed.
CREATE TABLE digest_choices (
  organization_id org_text NOT NULL REFERENCES organizations (id),
  user_id uuid_text NOT NULL,
  frequency text NOT NULL CHECK (frequency IN ('daily', 'weekly')),
  done_until date_text NOT NULL, -- the last morning that is done with, in the organization's time zone
  updated_at ts_text NOT NULL,
  PRIMARY KEY (organization_id, user_id),
  FOREIGN KEY (organization_id, user_id) REFERENCES memberships (organization_id, user_id)
);

-- The last morning, in its own time zone, for which the digests of an organization were left to be sent; NULL is none.
ALTER TABLE organizations ADD COLUMN digested_on date_text;

-- +goose Down
ALTER TABLE organizations DROP COLUMN digested_on;
DROP TABLE digest_choices;
