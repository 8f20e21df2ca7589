-- name: ListPriceLists :many
SELECT l.id, l.name, l.group_id, g.name AS group_name, l.discount, l.valid_from, l.valid_until, l.archived_at,
  (SELECT COUNT(*) FROM price_list_rows AS r WHERE r.organization_id = sqlc.arg(organization_id) AND r.price_list_id = l.id) AS row_count
FROM price_lists AS l JOIN customer_groups AS g ON g.organization_id = sqlc.arg(organization_id) AND g.id = l.group_id
WHERE l.organization_id = sqlc.arg(organization_id) AND (l.archived_at IS NOT NULL) = CAST(sqlc.arg(archived) AS boolean)
ORDER BY g.name, l.valid_from, l.name, l.id;

-- name: GetPriceList :one
SELECT l.id, l.name, l.group_id, g.name AS group_name, l.discount, l.valid_from, l.valid_until, l.archived_at
FROM price_lists AS l JOIN customer_groups AS g ON g.organization_id = sqlc.arg(organization_id) AND g.id = l.group_id
WHERE l.organization_id = sqlc.arg(organization_id) AND l.id = sqlc.arg(id);

-- The list of a group that is valid on a day. Lists of a group do not overlap.
-- name: PriceListOn :one
SELECT l.id, l.name, l.group_id, g.name AS group_name, l.discount, l.valid_from, l.valid_until, l.archived_at
FROM price_lists AS l JOIN customer_groups AS g ON g.organization_id = sqlc.arg(organization_id) AND g.id = l.group_id
WHERE l.organization_id = sqlc.arg(organization_id) AND l.group_id = sqlc.arg(group_id) AND l.archived_at IS NULL
  AND (l.valid_from IS NULL OR l.valid_from <= CAST(sqlc.arg(on_day) AS date_text)) AND (l.valid_until IS NULL OR l.valid_until >= CAST(sqlc.arg(on_day) AS date_text));

-- name: PriceListsOf :many
SELECT id, name, valid_from, valid_until FROM price_lists
WHERE organization_id = sqlc.arg(organization_id) AND group_id = sqlc.arg(group_id) AND archived_at IS NULL
ORDER BY name, id;

-- name: PriceListNamed :one
SELECT COUNT(*) FROM price_lists
WHERE organization_id = sqlc.arg(organization_id) AND name = sqlc.arg(name) AND id <> sqlc.arg(id);

-- name: RowsOfPriceList :many
SELECT r.product_id, p.name, p.sku, p.price AS product_price, r.minimum, r.price
FROM price_list_rows AS r JOIN products AS p ON p.organization_id = sqlc.arg(organization_id) AND p.id = r.product_id
WHERE r.organization_id = sqlc.arg(organization_id) AND r.price_list_id = sqlc.arg(price_list_id)
ORDER BY p.name, p.id, r.minimum;

-- name: PricesOfProduct :many
SELECT l.id, l.name, g.name AS group_name, l.discount, l.valid_from, l.valid_until, r.minimum, r.price
FROM price_list_rows AS r
JOIN price_lists AS l ON l.organization_id = sqlc.arg(organization_id) AND l.id = r.price_list_id
JOIN customer_groups AS g ON g.organization_id = sqlc.arg(organization_id) AND g.id = l.group_id
WHERE r.organization_id = sqlc.arg(organization_id) AND r.product_id = sqlc.arg(product_id) AND l.archived_at IS NULL
ORDER BY g.name, l.valid_from, l.name, r.minimum;

-- name: DiscountsWithout :many
SELECT l.id, l.name, g.name AS group_name, l.discount, l.valid_from, l.valid_until
FROM price_lists AS l JOIN customer_groups AS g ON g.organization_id = sqlc.arg(organization_id) AND g.id = l.group_id
WHERE l.organization_id = sqlc.arg(organization_id) AND l.archived_at IS NULL AND l.discount > 0
ORDER BY g.name, l.valid_from, l.name;

-- name: CreatePriceList :exec
INSERT INTO price_lists (organization_id, id, group_id, name, discount, valid_from, valid_until, created_at, created_by, updated_at, updated_by)
VALUES (sqlc.arg(organization_id), sqlc.arg(id), sqlc.arg(group_id), sqlc.arg(name), sqlc.arg(discount), sqlc.narg(valid_from), sqlc.narg(valid_until), sqlc.arg(created_at), sqlc.arg(created_by), sqlc.arg(created_at), sqlc.arg(created_by));

-- name: UpdatePriceList :execrows
UPDATE price_lists SET group_id = $3, name = $4, discount = $5, valid_from = $6, valid_until = $7, updated_at = $8, updated_by = $9
WHERE organization_id = $1 AND id = $2;

-- name: SetPriceListArchived :execrows
UPDATE price_lists SET archived_at = $3, updated_at = $4, updated_by = $5
WHERE organization_id = $1 AND id = $2;

-- name: ClearPriceList :exec
DELETE FROM price_list_rows WHERE organization_id = sqlc.arg(organization_id) AND price_list_id = sqlc.arg(price_list_id);

-- name: AddPriceListRow :exec
INSERT INTO price_list_rows (organization_id, price_list_id, product_id, minimum, price)
VALUES (sqlc.arg(organization_id), sqlc.arg(price_list_id), sqlc.arg(product_id), sqlc.arg(minimum), sqlc.arg(price));
