-- +goose Up
-- Who helps organizations on behalf of the installation. By itself it opens nothing.
ALTER TABLE users ADD COLUMN support boolean NOT NULL DEFAULT FALSE;

-- What an organization lets them do, since when and until when; NULL is nothing. The last grant stays until the next.
ALTER TABLE organizations ADD COLUMN support_since ts_text;
ALTER TABLE organizations ADD COLUMN support_until ts_text;
ALTER TABLE organizations ADD COLUMN support_by uuid_text;
ALTER TABLE organizations ADD COLUMN support_writes boolean NOT NULL DEFAULT FALSE;
ALTER TABLE organizations ADD COLUMN support_reason text NOT NULL DEFAULT '';

-- The host's own record of it, beside that of the organization: it outlives the organization, so these are no foreign keys.
CREATE TABLE support_events (
  id uuid_text NOT NULL PRIMARY KEY,
  at ts_text NOT NULL,
  organization uuid_text NOT NULL,
  slug text NOT NULL, -- as it was then
  person uuid_text NOT NULL,
  event text NOT NULL CHECK (event IN ('granted', 'entered', 'ended')),
  reason text NOT NULL,
  writes boolean NOT NULL,
  until ts_text NOT NULL
);
CREATE INDEX support_events_entered ON support_events (organization, person, at);

-- +goose Down
DROP TABLE support_events;
ALTER TABLE organizations DROP COLUMN support_reason;
ALTER TABLE organizations DROP COLUMN support_writes;
ALTER TABLE organizations DROP COLUMN support_by;
ALTER TABLE organizations DROP COLUMN support_until;
ALTER TABLE organizations DROP COLUMN support_since;
ALTER TABLE users DROP COLUMN support;
