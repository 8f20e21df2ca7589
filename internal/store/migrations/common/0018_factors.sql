-- +goose Up
-- A person's authenticator app: one secret.
CREATE TABLE authenticators (
  user_id uuid_text NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
  secret_sealed text NOT NULL,
  last_step bigint NOT NULL, -- the thirty seconds since 1970 of the code that was accepted last: none before or at it is any more
  created_at ts_text NOT NULL,
  last_used_at ts_text NOT NULL
);

-- Codes for who has nothing else at hand. One that was used is gone.
CREATE TABLE recovery_codes (
  user_id uuid_text NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  code_hash text NOT NULL, -- SHA-256, hexadecimal
  created_at ts_text NOT NULL,
  PRIMARY KEY (user_id, code_hash)
);

CREATE TABLE passkeys (
  id uuid_text NOT NULL PRIMARY KEY,
  user_id uuid_text NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  credential_id text NOT NULL UNIQUE, -- what the authenticator calls it, base64url
  name text NOT NULL,
  record_sealed text NOT NULL, -- its public key, signature counter and flags
  created_at ts_text NOT NULL,
  last_used_at ts_text -- none before the first sign-in with it
);
CREATE INDEX passkeys_user ON passkeys (user_id);

ALTER TABLE organizations ADD COLUMN second_factor boolean NOT NULL DEFAULT FALSE; -- members need a session with two proofs

-- Tokens are not only mailed any more. Which purposes there are is the program's to say: a token of one opens nothing of another.
CREATE TABLE tokens_anew (
  id uuid_text NOT NULL PRIMARY KEY,
  token_hash text NOT NULL UNIQUE, -- SHA-256 of the token, hexadecimal
  purpose text NOT NULL,
  user_id uuid_text REFERENCES users (id) ON DELETE CASCADE, -- whose; none for somebody who has no account, or is not known yet
  detail_sealed text NOT NULL, -- what the purpose needs
  created_at ts_text NOT NULL,
  expires_at ts_text NOT NULL
);
INSERT INTO tokens_anew SELECT id, token_hash, purpose, user_id, detail_sealed, created_at, expires_at FROM tokens;
DROP TABLE tokens;
ALTER TABLE tokens_anew RENAME TO tokens;
CREATE INDEX tokens_user ON tokens (user_id);
CREATE INDEX tokens_expiry ON tokens (expires_at);

-- +goose Down
DELETE FROM tokens WHERE purpose NOT IN ('sign-up', 'password', 'email');
ALTER TABLE organizations DROP COLUMN second_factor;
DROP TABLE passkeys;
DROP TABLE recovery_codes;
DROP TABLE authenticators;
