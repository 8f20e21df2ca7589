-- +goose Up
ALTER TABLE materials ADD COLUMN category text NOT NULL DEFAULT '';
ALTER TABLE materials ADD COLUMN density bigint NOT NULL DEFAULT 0 CHECK (density >= 0); -- millionths of a gram per millilitre; 0 is not known
ALTER TABLE materials ADD COLUMN supplier text NOT NULL DEFAULT '';
ALTER TABLE materials ADD COLUMN supplier_code text NOT NULL DEFAULT ''; -- what the supplier calls it
ALTER TABLE materials ADD COLUMN lead_time_days bigint CHECK (lead_time_days >= 0);
ALTER TABLE materials ADD COLUMN unit_fixed boolean NOT NULL DEFAULT FALSE; -- a recipe counts in it
UPDATE materials SET unit_fixed = TRUE
WHERE EXISTS (SELECT 1 FROM recipe_components AS c WHERE c.organization_id = materials.organization_id AND c.material_id = materials.id);
CREATE INDEX materials_category ON materials (organization_id, category);
CREATE INDEX lots_held ON lots (organization_id, item_id) WHERE on_hand <> 0 AND status <> 'available';

-- What a material is bought in: a sack is 25 kg.
CREATE TABLE material_packs (
  organization_id org_text NOT NULL REFERENCES organizations (id),
  material_id uuid_text NOT NULL,
  position bigint NOT NULL, -- the first is the usual one
  name text NOT NULL,
  quantity qty_int NOT NULL CHECK (quantity > 0),
  PRIMARY KEY (organization_id, material_id, position),
  UNIQUE (organization_id, material_id, name),
  FOREIGN KEY (organization_id, material_id) REFERENCES materials (organization_id, id) ON DELETE CASCADE
);

-- +goose Down
DROP TABLE material_packs;
DROP INDEX lots_held;
