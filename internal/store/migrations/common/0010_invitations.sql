-- +goose Up
CREATE TABLE invitations (
  organization_id org_text NOT NULL REFERENCES organizations (id),
  id uuid_text NOT NULL,
  email text NOT NULL, -- lower case
  role text NOT NULL CHECK (role IN ('owner', 'admin', 'staff', 'viewer')),
  status text NOT NULL CHECK (status IN ('pending', 'accepted', 'declined', 'revoked')),
  token_hash text NOT NULL, -- SHA-256 of the secret part of the link, hexadecimal
  expires_at ts_text NOT NULL,
  created_at ts_text NOT NULL,
  created_by uuid_text NOT NULL,
  PRIMARY KEY (organization_id, id),
  UNIQUE (organization_id, token_hash),
  FOREIGN KEY (organization_id, created_by) REFERENCES memberships (organization_id, user_id)
);
CREATE UNIQUE INDEX invitations_one_pending ON invitations (organization_id, email) WHERE status = 'pending';

-- +goose Down
DROP TABLE invitations;
