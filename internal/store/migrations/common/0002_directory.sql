-- +goose Up
-- The directory: what must be readable before an organization is known. These tables are global, not an organization's; the
-- catalog test keeps the list of them with the reason for each.
CREATE TABLE users (
  id uuid_text NOT NULL PRIMARY KEY,
  email text NOT NULL UNIQUE, -- lower case
  name text NOT NULL,
  password_hash text NOT NULL,
  created_at ts_text NOT NULL,
  updated_at ts_text NOT NULL
);

CREATE TABLE sessions (
  token_hash text NOT NULL PRIMARY KEY, -- SHA-256 of the cookie, hexadecimal
  user_id uuid_text NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  created_at ts_text NOT NULL,
  last_seen_at ts_text NOT NULL,
  expires_at ts_text NOT NULL
);
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_expiry ON sessions (expires_at);

CREATE TABLE organizations (
  id org_text NOT NULL PRIMARY KEY,
  name text NOT NULL,
  slug text NOT NULL UNIQUE,
  status text NOT NULL CHECK (status IN ('active', 'suspended', 'closing')),
  billing_plan text NOT NULL CHECK (billing_plan IN ('starter', 'growth', 'enterprise')),
  time_zone text NOT NULL, -- IANA name
  locale text NOT NULL, -- BCP 47
  currency text NOT NULL, -- ISO 4217
  brand_color text NOT NULL, -- #RRGGBB
  created_at ts_text NOT NULL,
  updated_at ts_text NOT NULL
);

-- Every slug ever held: one is never given to another organization.
CREATE TABLE slugs (
  slug text NOT NULL PRIMARY KEY,
  organization_id org_text NOT NULL REFERENCES organizations (id),
  created_at ts_text NOT NULL
);
CREATE INDEX slugs_organization ON slugs (organization_id);

CREATE TABLE memberships (
  organization_id org_text NOT NULL REFERENCES organizations (id),
  user_id uuid_text NOT NULL REFERENCES users (id),
  role text NOT NULL CHECK (role IN ('owner', 'admin', 'staff', 'viewer')),
  status text NOT NULL CHECK (status IN ('active', 'suspended', 'removed')),
  created_at ts_text NOT NULL,
  updated_at ts_text NOT NULL,
  PRIMARY KEY (organization_id, user_id)
);
CREATE INDEX memberships_user ON memberships (user_id);

-- +goose Down
DROP TABLE memberships;
DROP TABLE slugs;
DROP TABLE organizations;
DROP TABLE sessions;
DROP TABLE users;
