-- +goose Up
-- Files that are imported: what each column means, how far it is, and what came of it.
CREATE TABLE imports (
  organization_id org_text NOT NULL REFERENCES organizations (id),
  id uuid_text NOT NULL,
  kind text NOT NULL, -- what the rows are: 'materials'
  file_id uuid_text, -- while the file is kept
  file_name text NOT NULL,
  status text NOT NULL CHECK (status IN ('mapping', 'checked', 'running', 'done', 'failed', 'undoing', 'undone')),
  columns text NOT NULL, -- JSON: field to column
  whole boolean NOT NULL, -- all rows or none
  row_count bigint NOT NULL,
  done bigint NOT NULL, -- rows of it that were looked at in this step
  created bigint NOT NULL,
  updated bigint NOT NULL,
  unchanged bigint NOT NULL,
  refused bigint NOT NULL, -- rows with something wrong
  undone bigint NOT NULL,
  kept bigint NOT NULL, -- rows that could not be undone
  failure text NOT NULL, -- why nothing was done, in words
  created_at ts_text NOT NULL,
  created_by uuid_text NOT NULL,
  started_at ts_text,
  ended_at ts_text,
  PRIMARY KEY (organization_id, id),
  FOREIGN KEY (organization_id, file_id) REFERENCES files (organization_id, id),
  FOREIGN KEY (organization_id, created_by) REFERENCES memberships (organization_id, user_id)
);
CREATE INDEX imports_created ON imports (organization_id, created_at);
CREATE INDEX imports_file ON imports (organization_id, file_id);
CREATE INDEX imports_created_by ON imports (organization_id, created_by);

-- What the rows of the latest import did, so that it can be undone.
CREATE TABLE import_rows (
  organization_id org_text NOT NULL REFERENCES organizations (id),
  import_id uuid_text NOT NULL,
  row bigint NOT NULL, -- as the spreadsheet counts
  deed text NOT NULL, -- JSON: what was made or changed, and from what
  PRIMARY KEY (organization_id, import_id, row),
  FOREIGN KEY (organization_id, import_id) REFERENCES imports (organization_id, id) ON DELETE CASCADE
);

-- What is wrong with rows, or keeps them from being undone.
CREATE TABLE import_problems (
  organization_id org_text NOT NULL REFERENCES organizations (id),
  import_id uuid_text NOT NULL,
  row bigint NOT NULL,
  position bigint NOT NULL,
  told text NOT NULL, -- JSON: the column and the message
  PRIMARY KEY (organization_id, import_id, row, position),
  FOREIGN KEY (organization_id, import_id) REFERENCES imports (organization_id, id) ON DELETE CASCADE
);

-- What the columns of earlier files meant, by their heads.
CREATE TABLE import_heads (
  organization_id org_text NOT NULL REFERENCES organizations (id),
  kind text NOT NULL,
  head text NOT NULL, -- in lower case
  field text NOT NULL, -- '' is none
  PRIMARY KEY (organization_id, kind, head)
);

-- +goose Down
DROP TABLE import_heads;
DROP TABLE import_problems;
DROP TABLE import_rows;
DROP TABLE imports;
