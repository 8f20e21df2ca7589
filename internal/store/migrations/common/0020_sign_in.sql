-- +goose Up
-- The OpenID Connect provider by which people sign in to an organization.
CREATE TABLE identity_providers (
  organization_id org_text NOT NULL PRIMARY KEY REFERENCES organizations (id),
  name text NOT NULL, -- what people call it
  issuer text NOT NULL, -- an https URL, exactly as the provider writes it
  client_id text NOT NULL,
  client_secret_sealed text NOT NULL, -- '' for a client without one
  domains list_text NOT NULL, -- of e-mail addresses, in lower case; [] is any
  join_role text NOT NULL CHECK (join_role IN ('', 'admin', 'staff', 'viewer')), -- of who joins by their address alone; '' lets nobody
  enabled boolean NOT NULL,
  updated_at ts_text NOT NULL
);

-- Which member somebody at the provider is. The subject is theirs for ever; an address may change, and be given to somebody else.
CREATE TABLE identities (
  organization_id org_text NOT NULL REFERENCES organizations (id),
  issuer text NOT NULL,
  subject text NOT NULL,
  user_id uuid_text NOT NULL,
  created_at ts_text NOT NULL,
  last_used_at ts_text NOT NULL,
  PRIMARY KEY (organization_id, issuer, subject),
  UNIQUE (organization_id, user_id),
  FOREIGN KEY (organization_id, user_id) REFERENCES memberships (organization_id, user_id)
);

-- +goose Down
DROP TABLE identities;
DROP TABLE identity_providers;
