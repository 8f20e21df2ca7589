-- +goose Up
-- Counts whose approval was taken back. What they found stays readable.
CREATE TABLE count_reversals (
  organization_id org_text NOT NULL REFERENCES organizations (id),
  count_id uuid_text NOT NULL,
  undone_at ts_text NOT NULL,
  undone_by uuid_text NOT NULL,
  reason text NOT NULL,
  PRIMARY KEY (organization_id, count_id),
  FOREIGN KEY (organization_id, count_id) REFERENCES counts (organization_id, id) ON DELETE CASCADE,
  FOREIGN KEY (organization_id, undone_by) REFERENCES memberships (organization_id, user_id)
);

-- +goose Down
DROP TABLE count_reversals;
