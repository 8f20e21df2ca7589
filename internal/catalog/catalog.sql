-- name: CreateProduct :exec
INSERT INTO products (organization_id, id, name, sku, family, variant, status, price, max_daily_quantity, shelf_life_days, gtin, notes, search_text, created_at, created_by, updated_at, updated_by)
VALUES (sqlc.arg(organization_id), sqlc.arg(id), sqlc.arg(name), sqlc.arg(sku), sqlc.arg(family), sqlc.arg(variant), sqlc.arg(status), sqlc.arg(price), sqlc.arg(max_daily_quantity), sqlc.narg(shelf_life_days), sqlc.arg(gtin), sqlc.arg(notes), sqlc.arg(search_text), sqlc.arg(created_at), sqlc.arg(created_by), sqlc.arg(created_at), sqlc.arg(created_by));

-- name: UpdateProduct :execrows
UPDATE products SET name = $3, sku = $4, status = $5, price = $6, max_daily_quantity = $7, shelf_life_days = $8, notes = $9, search_text = $10, updated_at = $11, updated_by = $12, gtin = $13, family = $14, variant = $15
WHERE organization_id = $1 AND id = $2;

-- name: ProductTaken :one
SELECT COUNT(*) FILTER (WHERE sku = $3) AS same_sku, COUNT(*) FILTER (WHERE name = $4) AS same_name, COUNT(*) FILTER (WHERE gtin <> '' AND gtin = $5) AS same_gtin
FROM products WHERE organization_id = $1 AND id <> $2 AND (sku = $3 OR name = $4 OR gtin <> '' AND gtin = $5);

-- name: GetProduct :one
SELECT id, name, sku, family, variant, status, price, max_daily_quantity, shelf_life_days, gtin, notes FROM products
WHERE organization_id = sqlc.arg(organization_id) AND sku = sqlc.arg(sku);

-- name: CountProducts :one
SELECT COUNT(*) FROM products
WHERE organization_id = sqlc.arg(organization_id) AND search_text LIKE CAST(sqlc.arg(pattern) AS text) ESCAPE '\';

-- name: ListProducts :many
SELECT p.id, p.name, p.sku, p.family, p.variant, p.status, p.price, CAST(COALESCE(r.unit_cost, 0) AS money_int) AS unit_cost, CAST(COALESCE(r.version, 0) AS bigint) AS version, f.id AS photo_id
FROM products AS p
LEFT JOIN recipes AS r ON r.organization_id = sqlc.arg(organization_id) AND r.product_id = p.id AND r.status = 'active'
LEFT JOIN product_photos AS f ON f.organization_id = sqlc.arg(organization_id) AND f.product_id = p.id AND f.position = 0
WHERE p.organization_id = sqlc.arg(organization_id) AND p.search_text LIKE CAST(sqlc.arg(pattern) AS text) ESCAPE '\'
ORDER BY p.name, p.id LIMIT sqlc.arg(count_of) OFFSET sqlc.arg(skip);

-- name: ListProductsDown :many
SELECT p.id, p.name, p.sku, p.family, p.variant, p.status, p.price, CAST(COALESCE(r.unit_cost, 0) AS money_int) AS unit_cost, CAST(COALESCE(r.version, 0) AS bigint) AS version, f.id AS photo_id
FROM products AS p
LEFT JOIN recipes AS r ON r.organization_id = sqlc.arg(organization_id) AND r.product_id = p.id AND r.status = 'active'
LEFT JOIN product_photos AS f ON f.organization_id = sqlc.arg(organization_id) AND f.product_id = p.id AND f.position = 0
WHERE p.organization_id = sqlc.arg(organization_id) AND p.search_text LIKE CAST(sqlc.arg(pattern) AS text) ESCAPE '\'
ORDER BY p.name DESC, p.id DESC LIMIT sqlc.arg(count_of) OFFSET sqlc.arg(skip);

-- name: Variants :many
SELECT id, name, sku, variant, status, price FROM products
WHERE organization_id = sqlc.arg(organization_id) AND family = sqlc.arg(family) AND family <> '' AND id <> sqlc.arg(id)
ORDER BY name, id;

-- name: SellableProducts :many
SELECT id, name, sku, price FROM products
WHERE organization_id = sqlc.arg(organization_id) AND status IN ('active', 'testing')
ORDER BY name, id;

-- name: ProductsByID :many
SELECT id, name, sku FROM products
WHERE organization_id = sqlc.arg(organization_id) AND id IN (SELECT CAST(j.value AS uuid_text) FROM json_each(CAST(sqlc.arg(ids) AS list_text)) AS j);

-- name: Versions :many
SELECT r.id, p.name, p.sku, r.version, r.status, r.yield, r.loss, r.notes, r.material_cost, r.labor_cost, r.overhead_cost, r.unit_cost, r.published_at, r.arithmetic
FROM recipes AS r JOIN products AS p ON p.organization_id = sqlc.arg(organization_id) AND p.id = r.product_id
WHERE r.organization_id = sqlc.arg(organization_id) AND r.product_id = sqlc.arg(product_id)
ORDER BY r.version DESC;

-- The active recipes of some products, and of the products in them, down to the last. Lines of materials give a NULL, which leads
-- nowhere; to leave them out here would make SQLite read all lines of products for each recipe.
-- name: ActiveRecipes :many
WITH RECURSIVE reached (product_id) AS (
  SELECT CAST(j.value AS uuid_text) FROM json_each(CAST(sqlc.arg(ids) AS list_text)) AS j
  UNION
  SELECT c.product_id FROM reached AS w
  CROSS JOIN recipes AS r
  CROSS JOIN recipe_components AS c
  WHERE r.organization_id = sqlc.arg(organization_id) AND r.product_id = w.product_id AND r.status = 'active'
    AND c.organization_id = sqlc.arg(organization_id) AND c.recipe_id = r.id
)
SELECT r.id, r.product_id, p.name, p.sku, r.version, r.yield, r.loss, r.notes, r.material_cost, r.labor_cost, r.overhead_cost, r.unit_cost, r.published_at
FROM reached AS w
CROSS JOIN recipes AS r
CROSS JOIN products AS p
WHERE r.organization_id = sqlc.arg(organization_id) AND r.product_id = w.product_id AND r.status = 'active'
  AND p.organization_id = sqlc.arg(organization_id) AND p.id = r.product_id;

-- The components of some recipes: materials, and products as pieces without a price of their own.
-- name: ComponentsOf :many
SELECT c.recipe_id, c.material_id, c.product_id, CAST(COALESCE(m.name, p.name) AS text) AS name, CAST(COALESCE(m.sku, p.sku) AS text) AS sku, CAST(COALESCE(m.unit, 'pcs') AS text) AS unit,
  CAST(COALESCE(m.price, 0) AS money_int) AS price, c.quantity, c.waste, c.notes
FROM recipe_components AS c
LEFT JOIN materials AS m ON m.organization_id = sqlc.arg(organization_id) AND m.id = c.material_id
LEFT JOIN products AS p ON p.organization_id = sqlc.arg(organization_id) AND p.id = c.product_id
WHERE c.organization_id = sqlc.arg(organization_id) AND c.recipe_id IN (SELECT CAST(j.value AS uuid_text) FROM json_each(CAST(sqlc.arg(ids) AS list_text)) AS j)
ORDER BY c.recipe_id, c.position;

-- name: StepsOf :many
SELECT recipe_id, name, minutes, units_per_run, hourly_rate FROM labor_steps
WHERE organization_id = sqlc.arg(organization_id) AND recipe_id IN (SELECT CAST(j.value AS uuid_text) FROM json_each(CAST(sqlc.arg(ids) AS list_text)) AS j)
ORDER BY recipe_id, position;

-- Products whose active recipe takes one of some materials, at any depth.
-- name: TakersOfMaterials :many
WITH RECURSIVE takers (product_id) AS (
  SELECT r.product_id FROM recipe_components AS c CROSS JOIN recipes AS r
  WHERE c.organization_id = sqlc.arg(organization_id) AND c.material_id IN (SELECT CAST(j.value AS uuid_text) FROM json_each(CAST(sqlc.arg(ids) AS list_text)) AS j)
    AND r.organization_id = sqlc.arg(organization_id) AND r.id = c.recipe_id AND r.status = 'active'
  UNION
  SELECT r.product_id FROM takers AS t CROSS JOIN recipe_components AS c CROSS JOIN recipes AS r
  WHERE c.organization_id = sqlc.arg(organization_id) AND c.product_id = t.product_id
    AND r.organization_id = sqlc.arg(organization_id) AND r.id = c.recipe_id AND r.status = 'active'
)
SELECT product_id FROM takers;

-- Products whose active recipe takes a product, at any depth.
-- name: TakersOfProduct :many
WITH RECURSIVE takers (product_id) AS (
  SELECT r.product_id FROM recipe_components AS c CROSS JOIN recipes AS r
  WHERE c.organization_id = sqlc.arg(organization_id) AND c.product_id = sqlc.arg(product_id)
    AND r.organization_id = sqlc.arg(organization_id) AND r.id = c.recipe_id AND r.status = 'active'
  UNION
  SELECT r.product_id FROM takers AS t CROSS JOIN recipe_components AS c CROSS JOIN recipes AS r
  WHERE c.organization_id = sqlc.arg(organization_id) AND c.product_id = t.product_id
    AND r.organization_id = sqlc.arg(organization_id) AND r.id = c.recipe_id AND r.status = 'active'
)
SELECT product_id FROM takers;

-- Each row of the list is a text: the recipe's id, and from the 37th letter on its four costs, of twenty digits each. MATERIALIZED lets
-- SQLite look rows up in it.
-- name: RecordCosts :execrows
WITH x AS MATERIALIZED (
  SELECT CAST(SUBSTR(j.value, 1, 36) AS uuid_text) AS recipe_id, CAST(SUBSTR(j.value, 37, 20) AS money_int) AS material_cost, CAST(SUBSTR(j.value, 57, 20) AS money_int) AS labor_cost,
    CAST(SUBSTR(j.value, 77, 20) AS money_int) AS overhead_cost, CAST(SUBSTR(j.value, 97, 20) AS money_int) AS unit_cost
  FROM json_each(CAST(sqlc.arg(costs) AS list_text)) AS j
)
UPDATE recipes SET material_cost = x.material_cost, labor_cost = x.labor_cost, overhead_cost = x.overhead_cost, unit_cost = x.unit_cost
FROM x
WHERE recipes.organization_id = sqlc.arg(organization_id) AND recipes.id = x.recipe_id;

-- name: ArchiveRecipe :execrows
UPDATE recipes SET status = 'archived', material_cost = $3, labor_cost = $4, overhead_cost = $5, unit_cost = $6, arithmetic = $7
WHERE organization_id = $1 AND id = $2 AND status = 'active';

-- name: CreateRecipe :exec
INSERT INTO recipes (organization_id, id, product_id, version, status, yield, loss, notes, material_cost, labor_cost, overhead_cost, unit_cost, published_at, created_at, created_by)
VALUES (sqlc.arg(organization_id), sqlc.arg(id), sqlc.arg(product_id), sqlc.arg(version), 'active', sqlc.arg(yield), sqlc.arg(loss), sqlc.arg(notes), sqlc.arg(material_cost), sqlc.arg(labor_cost), sqlc.arg(overhead_cost), sqlc.arg(unit_cost), sqlc.arg(published_at), sqlc.arg(created_at), sqlc.arg(created_by));

-- name: CreateComponent :exec
INSERT INTO recipe_components (organization_id, recipe_id, position, material_id, product_id, quantity, waste, notes)
VALUES (sqlc.arg(organization_id), sqlc.arg(recipe_id), sqlc.arg(position), sqlc.narg(material_id), sqlc.narg(product_id), sqlc.arg(quantity), sqlc.arg(waste), sqlc.arg(notes));

-- name: CreateStep :exec
INSERT INTO labor_steps (organization_id, recipe_id, position, name, minutes, units_per_run, hourly_rate)
VALUES (sqlc.arg(organization_id), sqlc.arg(recipe_id), sqlc.arg(position), sqlc.arg(name), sqlc.arg(minutes), sqlc.arg(units_per_run), sqlc.narg(hourly_rate));

-- Products that can be components: those with an active recipe.
-- name: MadeProducts :many
SELECT p.id, p.name, p.sku, r.unit_cost
FROM products AS p JOIN recipes AS r ON r.organization_id = sqlc.arg(organization_id) AND r.product_id = p.id
WHERE p.organization_id = sqlc.arg(organization_id) AND p.status NOT IN ('discontinued', 'archived') AND r.status = 'active'
ORDER BY p.name, p.id;

-- name: RepriceProduct :execrows
UPDATE products SET price = $3, updated_at = $4, updated_by = $5
WHERE organization_id = $1 AND id = $2 AND price = $6;

-- name: ActiveProducts :many
SELECT product_id FROM recipes WHERE organization_id = sqlc.arg(organization_id) AND status = 'active';

-- Each row of the list is a text as above, and from the 117th letter on the ids of the change and of the product, and the cause.
-- name: CreateCostChanges :exec
INSERT INTO cost_changes (organization_id, id, product_id, recipe_id, reason, cause, material_cost, labor_cost, overhead_cost, unit_cost, created_at)
SELECT CAST(sqlc.arg(organization_id) AS org_text), CAST(SUBSTR(j.value, 117, 36) AS uuid_text), CAST(SUBSTR(j.value, 153, 36) AS uuid_text), CAST(SUBSTR(j.value, 1, 36) AS uuid_text),
  CAST(sqlc.arg(reason) AS text), SUBSTR(j.value, 189), CAST(SUBSTR(j.value, 37, 20) AS money_int), CAST(SUBSTR(j.value, 57, 20) AS money_int), CAST(SUBSTR(j.value, 77, 20) AS money_int),
  CAST(SUBSTR(j.value, 97, 20) AS money_int), CAST(sqlc.arg(created_at) AS ts_text)
FROM json_each(CAST(sqlc.arg(changes) AS list_text)) AS j WHERE true
ON CONFLICT (organization_id, id) DO NOTHING;

-- name: CostChanges :many
SELECT c.id, r.version, c.reason, c.cause, c.material_cost, c.labor_cost, c.overhead_cost, c.unit_cost, c.created_at
FROM cost_changes AS c JOIN recipes AS r ON r.organization_id = sqlc.arg(organization_id) AND r.id = c.recipe_id
WHERE c.organization_id = sqlc.arg(organization_id) AND c.product_id = sqlc.arg(product_id)
ORDER BY c.created_at DESC, c.id DESC LIMIT sqlc.arg(count_of);

-- What everything that is made sells for and costs.
-- name: PricedProducts :many
SELECT p.id, p.name, p.sku, p.status, p.price, r.version, r.unit_cost
FROM products AS p JOIN recipes AS r ON r.organization_id = sqlc.arg(organization_id) AND r.product_id = p.id
WHERE p.organization_id = sqlc.arg(organization_id) AND p.status NOT IN ('discontinued', 'archived') AND r.status = 'active'
  AND p.search_text LIKE CAST(sqlc.arg(pattern) AS text) ESCAPE '\'
ORDER BY p.name, p.id;

-- name: DeclarationsOf :many
SELECT product_id, food_name, unit, net, portion, portion_name, storage, from_factors, merged FROM product_declarations
WHERE organization_id = sqlc.arg(organization_id) AND product_id IN (SELECT CAST(j.value AS uuid_text) FROM json_each(CAST(sqlc.arg(ids) AS list_text)) AS j);

-- name: SaveDeclaration :exec
INSERT INTO product_declarations (organization_id, product_id, food_name, unit, net, portion, portion_name, storage, from_factors, merged, updated_at, updated_by)
VALUES (sqlc.arg(organization_id), sqlc.arg(product_id), sqlc.arg(food_name), sqlc.arg(unit), sqlc.narg(net), sqlc.narg(portion), sqlc.arg(portion_name), sqlc.arg(storage), sqlc.arg(from_factors), sqlc.arg(merged), sqlc.arg(updated_at), sqlc.arg(updated_by))
ON CONFLICT (organization_id, product_id) DO UPDATE SET food_name = excluded.food_name, unit = excluded.unit, net = excluded.net, portion = excluded.portion, portion_name = excluded.portion_name,
  storage = excluded.storage, from_factors = excluded.from_factors, merged = excluded.merged, updated_at = excluded.updated_at, updated_by = excluded.updated_by;

-- name: HighlightsOf :many
SELECT item_id FROM product_highlights
WHERE organization_id = sqlc.arg(organization_id) AND product_id = sqlc.arg(product_id)
ORDER BY item_id;

-- name: DeleteHighlights :exec
DELETE FROM product_highlights WHERE organization_id = sqlc.arg(organization_id) AND product_id = sqlc.arg(product_id);

-- name: AddHighlight :exec
INSERT INTO product_highlights (organization_id, product_id, item_id)
VALUES (sqlc.arg(organization_id), sqlc.arg(product_id), sqlc.arg(item_id));

-- name: DraftOf :one
SELECT d.fields, d.saved_at, u.name AS saved_by
FROM recipe_drafts AS d JOIN users AS u ON u.id = d.saved_by
WHERE d.organization_id = sqlc.arg(organization_id) AND d.product_id = sqlc.arg(product_id);

-- name: SaveDraft :exec
INSERT INTO recipe_drafts (organization_id, product_id, fields, saved_at, saved_by)
VALUES (sqlc.arg(organization_id), sqlc.arg(product_id), sqlc.arg(fields), sqlc.arg(saved_at), sqlc.arg(saved_by))
ON CONFLICT (organization_id, product_id) DO UPDATE SET fields = excluded.fields, saved_at = excluded.saved_at, saved_by = excluded.saved_by;

-- name: DeleteDraft :execrows
DELETE FROM recipe_drafts WHERE organization_id = sqlc.arg(organization_id) AND product_id = sqlc.arg(product_id);

-- name: ProductsBySKU :many
SELECT id, name, sku, family, variant, status, price, max_daily_quantity, shelf_life_days, gtin, notes FROM products
WHERE organization_id = sqlc.arg(organization_id) AND sku IN (SELECT CAST(j.value AS text) FROM json_each(CAST(sqlc.arg(skus) AS list_text)) AS j);

-- name: ProductsNamed :many
SELECT name, gtin, sku FROM products
WHERE organization_id = sqlc.arg(organization_id) AND (name IN (SELECT CAST(j.value AS text) FROM json_each(CAST(sqlc.arg(names) AS list_text)) AS j)
  OR gtin <> '' AND gtin IN (SELECT CAST(k.value AS text) FROM json_each(CAST(sqlc.arg(gtins) AS list_text)) AS k));

-- name: DeleteProduct :execrows
DELETE FROM products WHERE organization_id = sqlc.arg(organization_id) AND id = sqlc.arg(id);

-- name: PhotosOf :many
SELECT id, alt FROM product_photos
WHERE organization_id = sqlc.arg(organization_id) AND product_id = sqlc.arg(product_id)
ORDER BY position;

-- name: FilesOfPhoto :one
SELECT f.large_id, f.small_id
FROM product_photos AS f JOIN products AS p ON p.organization_id = sqlc.arg(organization_id) AND p.id = f.product_id
WHERE f.organization_id = sqlc.arg(organization_id) AND p.sku = sqlc.arg(sku) AND f.id = sqlc.arg(id);

-- name: CreatePhoto :exec
INSERT INTO product_photos (organization_id, id, product_id, position, alt, large_id, small_id, created_at, created_by)
VALUES (sqlc.arg(organization_id), sqlc.arg(id), sqlc.arg(product_id), sqlc.arg(position), '', sqlc.arg(large_id), sqlc.arg(small_id), sqlc.arg(created_at), sqlc.arg(created_by));

-- No two photos of a product may be at one place, not for a moment: before they get others all leave theirs.
-- name: LiftPhotos :exec
UPDATE product_photos SET position = position + 1000
WHERE organization_id = $1 AND product_id = $2;

-- name: PlacePhoto :exec
UPDATE product_photos SET position = $3, alt = $4
WHERE organization_id = $1 AND id = $2;

-- name: DeletePhoto :one
DELETE FROM product_photos WHERE organization_id = $1 AND id = $2 RETURNING large_id, small_id;
