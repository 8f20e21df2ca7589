-- +goose Up
-- Pictures of a product in their order; the one at 0 stands for it. Each is kept in two sizes, and never changes.
CREATE TABLE product_photos (
  organization_id org_text NOT NULL REFERENCES organizations (id),
  id uuid_text NOT NULL,
  product_id uuid_text NOT NULL,
  position bigint NOT NULL CHECK (position >= 0),
  alt text NOT NULL, -- what it shows, in words; '' is not said
  large_id uuid_text NOT NULL,
  small_id uuid_text NOT NULL,
  created_at ts_text NOT NULL,
  created_by uuid_text NOT NULL,
  PRIMARY KEY (organization_id, id),
  UNIQUE (organization_id, product_id, position),
  FOREIGN KEY (organization_id, product_id) REFERENCES products (organization_id, id),
  FOREIGN KEY (organization_id, large_id) REFERENCES files (organization_id, id),
  FOREIGN KEY (organization_id, small_id) REFERENCES files (organization_id, id),
  FOREIGN KEY (organization_id, created_by) REFERENCES memberships (organization_id, user_id)
);
CREATE INDEX product_photos_large ON product_photos (organization_id, large_id);
CREATE INDEX product_photos_small ON product_photos (organization_id, small_id);

-- +goose Down
DROP TABLE product_photos;
