-- name: CreateProduct :exec
INSERT INTO products (organization_id, id, name, sku, status, price, max_daily_quantity, shelf_life_days, notes, search_text, created_at, created_by, updated_at, updated_by)
VALUES (sqlc.arg(organization_id), sqlc.arg(id), sqlc.arg(name), sqlc.arg(sku), sqlc.arg(status), sqlc.arg(price), sqlc.arg(max_daily_quantity), sqlc.narg(shelf_life_days), sqlc.arg(notes), sqlc.arg(search_text), sqlc.arg(created_at), sqlc.arg(created_by), sqlc.arg(created_at), sqlc.arg(created_by));

-- name: UpdateProduct :execrows
UPDATE products SET name = $3, sku = $4, status = $5, price = $6, max_daily_quantity = $7, shelf_life_days = $8, notes = $9, search_text = $10, updated_at = $11, updated_by = $12
WHERE organization_id = $1 AND id = $2;

-- name: ProductTaken :one
SELECT COUNT(*) FILTER (WHERE sku = $3) AS same_sku, COUNT(*) FILTER (WHERE name = $4) AS same_name
FROM products WHERE organization_id = $1 AND id <> $2 AND (sku = $3 OR name = $4);

-- name: GetProduct :one
SELECT id, name, sku, status, price, max_daily_quantity, shelf_life_days, notes FROM products
WHERE organization_id = sqlc.arg(organization_id) AND sku = sqlc.arg(sku);

-- name: CountProducts :one
SELECT COUNT(*) FROM products
WHERE organization_id = sqlc.arg(organization_id) AND search_text LIKE CAST(sqlc.arg(pattern) AS text) ESCAPE '\';

-- name: ListProducts :many
SELECT p.id, p.name, p.sku, p.status, p.price, CAST(COALESCE(r.unit_cost, 0) AS money_int) AS unit_cost, CAST(COALESCE(r.version, 0) AS bigint) AS version
FROM products AS p
LEFT JOIN recipes AS r ON r.organization_id = sqlc.arg(organization_id) AND r.product_id = p.id AND r.status = 'active'
WHERE p.organization_id = sqlc.arg(organization_id) AND p.search_text LIKE CAST(sqlc.arg(pattern) AS text) ESCAPE '\'
ORDER BY p.name, p.id LIMIT sqlc.arg(count_of) OFFSET sqlc.arg(skip);

-- name: ListProductsDown :many
SELECT p.id, p.name, p.sku, p.status, p.price, CAST(COALESCE(r.unit_cost, 0) AS money_int) AS unit_cost, CAST(COALESCE(r.version, 0) AS bigint) AS version
FROM products AS p
LEFT JOIN recipes AS r ON r.organization_id = sqlc.arg(organization_id) AND r.product_id = p.id AND r.status = 'active'
WHERE p.organization_id = sqlc.arg(organization_id) AND p.search_text LIKE CAST(sqlc.arg(pattern) AS text) ESCAPE '\'
ORDER BY p.name DESC, p.id DESC LIMIT sqlc.arg(count_of) OFFSET sqlc.arg(skip);

-- name: SellableProducts :many
SELECT id, name, sku, price FROM products
WHERE organization_id = sqlc.arg(organization_id) AND status IN ('active', 'testing')
ORDER BY name, id;

-- name: ProductsByID :many
SELECT id, name, sku FROM products
WHERE organization_id = sqlc.arg(organization_id) AND id IN (SELECT CAST(j.value AS uuid_text) FROM json_each(CAST(sqlc.arg(ids) AS list_text)) AS j);

-- name: Versions :many
SELECT r.id, p.name, p.sku, r.version, r.status, r.yield, r.loss, r.notes, r.material_cost, r.labor_cost, r.overhead_cost, r.unit_cost, r.published_at
FROM recipes AS r JOIN products AS p ON p.organization_id = sqlc.arg(organization_id) AND p.id = r.product_id
WHERE r.organization_id = sqlc.arg(organization_id) AND r.product_id = sqlc.arg(product_id)
ORDER BY r.version DESC;

-- name: ActiveRecipes :many
SELECT r.id, r.product_id, p.name, p.sku, r.version, r.yield, r.loss, r.notes, r.material_cost, r.labor_cost, r.overhead_cost, r.unit_cost, r.published_at
FROM recipes AS r JOIN products AS p ON p.organization_id = sqlc.arg(organization_id) AND p.id = r.product_id
WHERE r.organization_id = sqlc.arg(organization_id) AND r.status = 'active'
  AND r.product_id IN (SELECT CAST(j.value AS uuid_text) FROM json_each(CAST(sqlc.arg(ids) AS list_text)) AS j);

-- The components of some recipes: materials, and products as pieces without a price of their own.
-- name: ComponentsOf :many
SELECT c.recipe_id, c.material_id, c.product_id, CAST(COALESCE(m.name, p.name) AS text) AS name, CAST(COALESCE(m.sku, p.sku) AS text) AS sku, CAST(COALESCE(m.unit, 'pcs') AS text) AS unit,
  CAST(COALESCE(m.price, 0) AS money_int) AS price, c.quantity, c.waste
FROM recipe_components AS c
LEFT JOIN materials AS m ON m.organization_id = sqlc.arg(organization_id) AND m.id = c.material_id
LEFT JOIN products AS p ON p.organization_id = sqlc.arg(organization_id) AND p.id = c.product_id
WHERE c.organization_id = sqlc.arg(organization_id) AND c.recipe_id IN (SELECT CAST(j.value AS uuid_text) FROM json_each(CAST(sqlc.arg(ids) AS list_text)) AS j)
ORDER BY c.recipe_id, c.position;

-- name: StepsOf :many
SELECT recipe_id, name, minutes, units_per_run, hourly_rate FROM labor_steps
WHERE organization_id = sqlc.arg(organization_id) AND recipe_id IN (SELECT CAST(j.value AS uuid_text) FROM json_each(CAST(sqlc.arg(ids) AS list_text)) AS j)
ORDER BY recipe_id, position;

-- Products whose active recipe takes one of some materials.
-- name: TakersOfMaterials :many
SELECT DISTINCT r.product_id
FROM recipe_components AS c JOIN recipes AS r ON r.organization_id = sqlc.arg(organization_id) AND r.id = c.recipe_id
WHERE c.organization_id = sqlc.arg(organization_id) AND r.status = 'active'
  AND c.material_id IN (SELECT CAST(j.value AS uuid_text) FROM json_each(CAST(sqlc.arg(ids) AS list_text)) AS j);

-- Products whose active recipe takes one of some products.
-- name: TakersOfProducts :many
SELECT DISTINCT r.product_id
FROM recipe_components AS c JOIN recipes AS r ON r.organization_id = sqlc.arg(organization_id) AND r.id = c.recipe_id
WHERE c.organization_id = sqlc.arg(organization_id) AND r.status = 'active'
  AND c.product_id IN (SELECT CAST(j.value AS uuid_text) FROM json_each(CAST(sqlc.arg(ids) AS list_text)) AS j);

-- name: RecordCost :execrows
UPDATE recipes SET material_cost = $3, labor_cost = $4, overhead_cost = $5, unit_cost = $6
WHERE organization_id = $1 AND id = $2 AND status = 'active';

-- name: ArchiveRecipe :execrows
UPDATE recipes SET status = 'archived', material_cost = $3, labor_cost = $4, overhead_cost = $5, unit_cost = $6
WHERE organization_id = $1 AND id = $2 AND status = 'active';

-- name: CreateRecipe :exec
INSERT INTO recipes (organization_id, id, product_id, version, status, yield, loss, notes, material_cost, labor_cost, overhead_cost, unit_cost, published_at, created_at, created_by)
VALUES (sqlc.arg(organization_id), sqlc.arg(id), sqlc.arg(product_id), sqlc.arg(version), 'active', sqlc.arg(yield), sqlc.arg(loss), sqlc.arg(notes), sqlc.arg(material_cost), sqlc.arg(labor_cost), sqlc.arg(overhead_cost), sqlc.arg(unit_cost), sqlc.arg(published_at), sqlc.arg(created_at), sqlc.arg(created_by));

-- name: CreateComponent :exec
INSERT INTO recipe_components (organization_id, recipe_id, position, material_id, product_id, quantity, waste, notes)
VALUES (sqlc.arg(organization_id), sqlc.arg(recipe_id), sqlc.arg(position), sqlc.narg(material_id), sqlc.narg(product_id), sqlc.arg(quantity), sqlc.arg(waste), '');

-- name: CreateStep :exec
INSERT INTO labor_steps (organization_id, recipe_id, position, name, minutes, units_per_run, hourly_rate)
VALUES (sqlc.arg(organization_id), sqlc.arg(recipe_id), sqlc.arg(position), sqlc.arg(name), sqlc.arg(minutes), sqlc.arg(units_per_run), sqlc.narg(hourly_rate));

-- Products that can be components: those with an active recipe.
-- name: MadeProducts :many
SELECT p.id, p.name, p.sku, r.unit_cost
FROM products AS p JOIN recipes AS r ON r.organization_id = sqlc.arg(organization_id) AND r.product_id = p.id
WHERE p.organization_id = sqlc.arg(organization_id) AND p.status NOT IN ('discontinued', 'archived') AND r.status = 'active'
ORDER BY p.name, p.id;
