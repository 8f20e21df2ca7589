-- +goose Up
-- How an organization sends, when it is not as the installation does.
CREATE TABLE mail_settings (
  organization_id org_text NOT NULL PRIMARY KEY REFERENCES organizations (id),
  sender_name text NOT NULL, -- '' is the organization's own
  reply_to text NOT NULL,
  host text NOT NULL, -- '' sends through the installation's server
  port bigint NOT NULL,
  security text NOT NULL CHECK (security IN ('starttls', 'tls')),
  username text NOT NULL,
  password_sealed text NOT NULL,
  sender_address text NOT NULL, -- with a server of its own
  updated_at ts_text NOT NULL
);

-- What was sent, and how it went; not what it said.
CREATE TABLE mails (
  organization_id org_text NOT NULL REFERENCES organizations (id),
  id uuid_text NOT NULL,
  kind text NOT NULL,
  recipient text NOT NULL,
  subject text NOT NULL,
  status text NOT NULL CHECK (status IN ('queued', 'retrying', 'sent', 'kept', 'failed')),
  attempts bigint NOT NULL,
  problem text NOT NULL,
  created_at ts_text NOT NULL,
  updated_at ts_text NOT NULL,
  PRIMARY KEY (organization_id, id)
);
CREATE INDEX mails_newest ON mails (organization_id, created_at, id);

-- Mails kept for the operator while there is no mail server, sealed.
CREATE TABLE mailbox (
  id uuid_text NOT NULL PRIMARY KEY,
  content_sealed text NOT NULL,
  created_at ts_text NOT NULL
);
CREATE INDEX mailbox_newest ON mailbox (created_at, id);

-- +goose Down
DROP TABLE mailbox;
DROP TABLE mails;
DROP TABLE mail_settings;
