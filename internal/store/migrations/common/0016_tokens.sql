-- +goose Up
-- Links that were mailed: each is for one purpose, works once, and ends.
CREATE TABLE tokens (
  id uuid_text NOT NULL PRIMARY KEY,
  token_hash text NOT NULL UNIQUE, -- SHA-256 of the token, hexadecimal
  purpose text NOT NULL CHECK (purpose IN ('sign-up', 'password', 'email')),
  user_id uuid_text REFERENCES users (id) ON DELETE CASCADE, -- whose; none for somebody who has no account
  detail_sealed text NOT NULL, -- what the purpose needs
  created_at ts_text NOT NULL,
  expires_at ts_text NOT NULL
);
CREATE INDEX tokens_user ON tokens (user_id);
CREATE INDEX tokens_expiry ON tokens (expires_at);

-- +goose Down
DROP TABLE tokens;
