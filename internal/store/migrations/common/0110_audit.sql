-- +goose Up
-- Who changed what, when and from where. Rows are added and never changed; they go with their organization's row, and only then: the
-- server has no right to delete one (0111), and on SQLite a trigger refuses it while the organization is there.
CREATE TABLE audit_entries (
  organization_id org_text NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
  id uuid_text NOT NULL,
  at ts_text NOT NULL,
  channel text NOT NULL CHECK (channel IN ('web', 'api', 'job', 'command')),
  who text NOT NULL CHECK (who IN ('member', 'key', 'job', 'operator', 'support')),
  user_id uuid_text, -- whoever acted, or in whose name; NULL for a job and for the operator
  via text NOT NULL, -- the name of the key, the kind of job; '' in person
  address text NOT NULL, -- the client's; '' where there is none
  agent text NOT NULL, -- browser and system, or program
  action text NOT NULL,
  kind text NOT NULL, -- of the record
  record text NOT NULL, -- what people call it
  was text NOT NULL, -- JSON, name to value; only what changed
  became text NOT NULL,
  PRIMARY KEY (organization_id, id)
);
CREATE INDEX audit_entries_at ON audit_entries (organization_id, at, id);
CREATE INDEX audit_entries_record ON audit_entries (organization_id, kind, record, at);
CREATE INDEX audit_entries_user ON audit_entries (organization_id, user_id, at);

-- +goose Down
DROP TABLE audit_entries;
