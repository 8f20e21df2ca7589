-- +goose Up
-- Archives of all of an organization that its owners ask for in the browser. The content of one that is ready lies with those of files, by
-- organization and id; it counts towards no plan, and is in no other archive.
CREATE TABLE takeouts (
  organization_id org_text NOT NULL REFERENCES organizations (id),
  id uuid_text NOT NULL,
  status text NOT NULL CHECK (status IN ('waiting', 'ready', 'failed')),
  row_count bigint NOT NULL, -- rows that there were when it was begun
  done bigint NOT NULL, -- rows of it that are written
  size bigint NOT NULL, -- bytes of the archive
  failure text NOT NULL, -- why there is none, in words
  created_at ts_text NOT NULL,
  created_by uuid_text NOT NULL,
  ended_at ts_text,
  PRIMARY KEY (organization_id, id),
  FOREIGN KEY (organization_id, created_by) REFERENCES memberships (organization_id, user_id)
);
CREATE INDEX takeouts_created_by ON takeouts (organization_id, created_by);

-- +goose Down
DROP TABLE takeouts;
