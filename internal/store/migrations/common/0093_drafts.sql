-- +goose Up
-- What somebody wrote of the next version of a recipe and did not publish yet: the fields as they were typed, complete or not.
CREATE TABLE recipe_drafts (
  organization_id org_text NOT NULL REFERENCES organizations (id),
  product_id uuid_text NOT NULL,
  fields text NOT NULL, -- JSON: name to value
  saved_at ts_text NOT NULL,
  saved_by uuid_text NOT NULL,
  PRIMARY KEY (organization_id, product_id),
  FOREIGN KEY (organization_id, product_id) REFERENCES products (organization_id, id),
  FOREIGN KEY (organization_id, saved_by) REFERENCES memberships (organization_id, user_id)
);
CREATE INDEX recipe_drafts_saved_by ON recipe_drafts (organization_id, saved_by);

-- +goose Down
DROP TABLE recipe_drafts;
