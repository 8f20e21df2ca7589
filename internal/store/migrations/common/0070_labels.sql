-- +goose Up
ALTER TABLE products ADD COLUMN gtin text NOT NULL DEFAULT ''; -- the number in its barcode, of 8, 12, 13 or 14 digits; '' for none
CREATE UNIQUE INDEX products_gtin ON products (organization_id, gtin) WHERE gtin <> '';

-- What labels say about a product that does not follow from its recipe. Without a row nothing was said yet.
CREATE TABLE product_declarations (
  organization_id org_text NOT NULL REFERENCES organizations (id),
  product_id uuid_text NOT NULL,
  food_name text NOT NULL, -- what the food is, such as 'Wheat bread'; '' is the product's name
  unit text NOT NULL CHECK (unit IN ('g', 'ml')), -- of the two quantities below
  net qty_int CHECK (net > 0), -- what a finished piece weighs or holds; NULL is not known
  portion qty_int CHECK (portion > 0), -- NULL is the whole piece
  portion_name text NOT NULL, -- such as '2 slices'
  storage text NOT NULL,
  from_factors boolean NOT NULL, -- energy is reckoned from nutrients, not added up from the materials
  merged boolean NOT NULL, -- within other products its ingredients are listed as theirs
  updated_at ts_text NOT NULL,
  updated_by uuid_text NOT NULL,
  PRIMARY KEY (organization_id, product_id),
  FOREIGN KEY (organization_id, product_id) REFERENCES products (organization_id, id),
  FOREIGN KEY (organization_id, updated_by) REFERENCES memberships (organization_id, user_id)
);

-- Ingredients whose share the label tells, because its name or picture makes much of them.
CREATE TABLE product_highlights (
  organization_id org_text NOT NULL REFERENCES organizations (id),
  product_id uuid_text NOT NULL,
  item_id uuid_text NOT NULL, -- a material or a product
  PRIMARY KEY (organization_id, product_id, item_id),
  FOREIGN KEY (organization_id, product_id) REFERENCES product_declarations (organization_id, product_id) ON DELETE CASCADE,
  FOREIGN KEY (organization_id, item_id) REFERENCES items (organization_id, id) ON DELETE CASCADE
);
CREATE INDEX product_highlights_item ON product_highlights (organization_id, item_id);

-- What all labels of an organization have in common. Without a row nothing was said yet.
CREATE TABLE label_settings (
  organization_id org_text NOT NULL PRIMARY KEY REFERENCES organizations (id),
  law text NOT NULL CHECK (law IN ('eu', 'us')), -- whose rules nutrition is declared by
  producer text NOT NULL,
  address text NOT NULL,
  updated_at ts_text NOT NULL
);

-- +goose Down
DROP TABLE label_settings;
DROP TABLE product_highlights;
DROP TABLE product_declarations;
DROP INDEX products_gtin;
ALTER TABLE products DROP COLUMN gtin;
