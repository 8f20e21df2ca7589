-- +goose Up
-- What labels say about a material. Without a row nobody said anything yet, which is not the same as nothing.
CREATE TABLE material_declarations (
  organization_id org_text NOT NULL REFERENCES organizations (id),
  material_id uuid_text NOT NULL,
  name text NOT NULL, -- in ingredient lists; '' is the material's own
  ingredients text NOT NULL, -- of what is bought as a compound, as its own label lists them
  is_water boolean NOT NULL, -- water that is added
  allergens_checked boolean NOT NULL, -- what is not among its allergens is not in it
  basis text NOT NULL CHECK (basis IN ('g', 'ml', 'pcs')), -- amounts of nutrients are those of 100 g, of 100 ml, or of a piece
  piece_weight qty_int CHECK (piece_weight > 0), -- grams of a piece
  updated_at ts_text NOT NULL,
  updated_by uuid_text NOT NULL,
  PRIMARY KEY (organization_id, material_id),
  FOREIGN KEY (organization_id, material_id) REFERENCES materials (organization_id, id) ON DELETE CASCADE,
  FOREIGN KEY (organization_id, updated_by) REFERENCES memberships (organization_id, user_id)
);

CREATE TABLE material_allergens (
  organization_id org_text NOT NULL REFERENCES organizations (id),
  material_id uuid_text NOT NULL,
  allergen_id uuid_text NOT NULL,
  presence text NOT NULL CHECK (presence IN ('contains', 'traces')),
  called text NOT NULL, -- on labels, such as 'wheat'; '' is as the allergen
  PRIMARY KEY (organization_id, material_id, allergen_id),
  FOREIGN KEY (organization_id, material_id) REFERENCES material_declarations (organization_id, material_id) ON DELETE CASCADE,
  FOREIGN KEY (organization_id, allergen_id) REFERENCES allergens (organization_id, id)
);
CREATE INDEX material_allergens_allergen ON material_allergens (organization_id, allergen_id);

-- What is not known has no row: a row of zero says that there is none.
CREATE TABLE material_nutrients (
  organization_id org_text NOT NULL REFERENCES organizations (id),
  material_id uuid_text NOT NULL,
  nutrient_id uuid_text NOT NULL,
  amount qty_int NOT NULL CHECK (amount >= 0), -- in the nutrient's unit, for the basis
  PRIMARY KEY (organization_id, material_id, nutrient_id),
  FOREIGN KEY (organization_id, material_id) REFERENCES material_declarations (organization_id, material_id) ON DELETE CASCADE,
  FOREIGN KEY (organization_id, nutrient_id) REFERENCES nutrients (organization_id, id)
);
CREATE INDEX material_nutrients_nutrient ON material_nutrients (organization_id, nutrient_id);

-- +goose Down
DROP TABLE material_nutrients;
DROP TABLE material_allergens;
DROP TABLE material_declarations;
