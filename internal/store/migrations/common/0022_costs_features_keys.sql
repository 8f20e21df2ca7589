-- +goose Up
-- Whether a member of staff or a viewer sees what things cost; owners and admins always do.
ALTER TABLE memberships ADD COLUMN costs boolean NOT NULL DEFAULT true;
ALTER TABLE invitations ADD COLUMN costs boolean NOT NULL DEFAULT true;

-- The features that the operator turned on or off, such as "api=off"; those not named have their default.
ALTER TABLE organizations ADD COLUMN features text NOT NULL DEFAULT '';

CREATE TABLE api_keys (
  organization_id org_text NOT NULL REFERENCES organizations (id),
  id uuid_text NOT NULL,
  name text NOT NULL,
  prefix text NOT NULL, -- how the secret begins, to tell keys apart
  secret_hash text NOT NULL, -- SHA-256, hexadecimal
  former_hash text, -- of the secret before the last rotation
  former_until ts_text, -- until when that one works
  scopes text NOT NULL, -- permissions with spaces between them
  expires_on date_text, -- the last day it works
  last_used_at ts_text,
  revoked_at ts_text,
  created_at ts_text NOT NULL,
  created_by uuid_text NOT NULL,
  PRIMARY KEY (organization_id, id),
  UNIQUE (organization_id, secret_hash),
  FOREIGN KEY (organization_id, created_by) REFERENCES memberships (organization_id, user_id)
);
CREATE INDEX api_keys_former ON api_keys (organization_id, former_hash) WHERE former_hash IS NOT NULL;

-- +goose Down
DROP TABLE api_keys;
ALTER TABLE organizations DROP COLUMN features;
ALTER TABLE invitations DROP COLUMN costs;
ALTER TABLE memberships DROP COLUMN costs;
