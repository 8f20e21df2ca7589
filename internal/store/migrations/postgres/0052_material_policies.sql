-- +goose Up
ALTER TABLE materials FORCE ROW LEVEL SECURITY;
ALTER TABLE recipe_components FORCE ROW LEVEL SECURITY;
SELECT protect('material_packs');

-- +goose Down
SELECT 1;
