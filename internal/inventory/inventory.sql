-- name: CreateMaterial :exec
INSERT INTO materials (organization_id, id, name, sku, unit, price, minimum_stock, maximum_stock, notes, search_text, created_at, created_by, updated_at, updated_by)
VALUES (sqlc.arg(organization_id), sqlc.arg(id), sqlc.arg(name), sqlc.arg(sku), sqlc.arg(unit), sqlc.arg(price), sqlc.narg(minimum_stock), sqlc.narg(maximum_stock), sqlc.arg(notes), sqlc.arg(search_text), sqlc.arg(created_at), sqlc.arg(created_by), sqlc.arg(created_at), sqlc.arg(created_by));

-- name: UpdateMaterial :execrows
UPDATE materials SET name = $3, sku = $4, unit = $5, price = $6, minimum_stock = $7, maximum_stock = $8, notes = $9, search_text = $10, updated_at = $11, updated_by = $12
WHERE organization_id = $1 AND id = $2;

-- name: SetMaterialArchived :execrows
UPDATE materials SET archived_at = $3, updated_at = $4, updated_by = $5
WHERE organization_id = $1 AND id = $2;

-- name: MaterialTaken :one
SELECT COUNT(*) FILTER (WHERE sku = $3) AS same_sku, COUNT(*) FILTER (WHERE name = $4) AS same_name
FROM materials WHERE organization_id = $1 AND id <> $2 AND (sku = $3 OR name = $4);

-- name: GetMaterial :one
SELECT m.id, m.name, m.sku, m.unit, m.price, m.minimum_stock, m.maximum_stock, m.notes, m.archived_at,
  CAST((SELECT COALESCE(SUM(l.on_hand), 0) FROM lots AS l WHERE l.organization_id = $1 AND l.material_id = m.id) AS qty_int) AS on_hand,
  CAST((SELECT COUNT(*) FROM lots AS l WHERE l.organization_id = $1 AND l.material_id = m.id) AS bigint) AS lot_count
FROM materials AS m WHERE m.organization_id = $1 AND m.sku = $2;

-- name: CountMaterials :one
SELECT COUNT(*) FROM materials
WHERE organization_id = sqlc.arg(organization_id) AND (archived_at IS NOT NULL) = CAST(sqlc.arg(archived) AS boolean)
  AND search_text LIKE CAST(sqlc.arg(pattern) AS text) ESCAPE '\';

-- name: ListMaterials :many
SELECT m.id, m.name, m.sku, m.unit, m.price, m.minimum_stock, m.maximum_stock, CAST(COALESCE(s.on_hand, 0) AS qty_int) AS on_hand, CAST(COALESCE(s.lots, 0) AS bigint) AS lots, CAST(COALESCE(s.expires_on, '9999-12-31') AS date_text) AS expires_on
FROM materials AS m
LEFT JOIN (
  SELECT l.material_id, SUM(l.on_hand) AS on_hand, COUNT(*) AS lots, CAST(MIN(l.expires_on) AS date_text) AS expires_on
  FROM lots AS l WHERE l.organization_id = sqlc.arg(organization_id) AND l.on_hand > 0 GROUP BY l.material_id
) AS s ON s.material_id = m.id
WHERE m.organization_id = sqlc.arg(organization_id) AND (m.archived_at IS NOT NULL) = CAST(sqlc.arg(archived) AS boolean)
  AND m.search_text LIKE CAST(sqlc.arg(pattern) AS text) ESCAPE '\'
ORDER BY m.name, m.id LIMIT sqlc.arg(count_of) OFFSET sqlc.arg(skip);

-- name: ListMaterialsDown :many
SELECT m.id, m.name, m.sku, m.unit, m.price, m.minimum_stock, m.maximum_stock, CAST(COALESCE(s.on_hand, 0) AS qty_int) AS on_hand, CAST(COALESCE(s.lots, 0) AS bigint) AS lots, CAST(COALESCE(s.expires_on, '9999-12-31') AS date_text) AS expires_on
FROM materials AS m
LEFT JOIN (
  SELECT l.material_id, SUM(l.on_hand) AS on_hand, COUNT(*) AS lots, CAST(MIN(l.expires_on) AS date_text) AS expires_on
  FROM lots AS l WHERE l.organization_id = sqlc.arg(organization_id) AND l.on_hand > 0 GROUP BY l.material_id
) AS s ON s.material_id = m.id
WHERE m.organization_id = sqlc.arg(organization_id) AND (m.archived_at IS NOT NULL) = CAST(sqlc.arg(archived) AS boolean)
  AND m.search_text LIKE CAST(sqlc.arg(pattern) AS text) ESCAPE '\'
ORDER BY m.name DESC, m.id DESC LIMIT sqlc.arg(count_of) OFFSET sqlc.arg(skip);

-- name: AllMaterials :many
SELECT m.id, m.name, m.sku, m.unit, m.price
FROM materials AS m WHERE m.organization_id = sqlc.arg(organization_id) AND m.archived_at IS NULL
ORDER BY m.name, m.id;

-- name: MaterialsByID :many
SELECT m.id, m.name, m.sku, m.unit, m.price
FROM materials AS m WHERE m.organization_id = sqlc.arg(organization_id)
  AND m.id IN (SELECT CAST(j.value AS uuid_text) FROM json_each(CAST(sqlc.arg(ids) AS list_text)) AS j);

-- name: CreateLot :exec
INSERT INTO lots (organization_id, id, material_id, code, supplier_lot, status, received_at, received_on, expires_on, unit_cost, on_hand, created_at, created_by)
VALUES (sqlc.arg(organization_id), sqlc.arg(id), sqlc.arg(material_id), sqlc.arg(code), sqlc.arg(supplier_lot), 'available', sqlc.arg(received_at), sqlc.arg(received_on), sqlc.narg(expires_on), sqlc.arg(unit_cost), sqlc.arg(on_hand), sqlc.arg(created_at), sqlc.arg(created_by));

-- name: LotTaken :one
SELECT COUNT(*) FROM lots WHERE organization_id = $1 AND code = $2;

-- name: LotsOf :many
SELECT id, code, supplier_lot, status, received_on, expires_on, unit_cost, on_hand
FROM lots WHERE organization_id = sqlc.arg(organization_id) AND material_id = sqlc.arg(material_id)
ORDER BY expires_on NULLS LAST, received_at, code;

-- Usable lots in the order they are used: first expired, first out.
-- name: UsableLots :many
SELECT id, material_id, code, expires_on, unit_cost, on_hand
FROM lots
WHERE organization_id = sqlc.arg(organization_id) AND on_hand > 0 AND status = 'available'
  AND (expires_on IS NULL OR expires_on >= sqlc.arg(today))
  AND material_id IN (SELECT CAST(j.value AS uuid_text) FROM json_each(CAST(sqlc.arg(ids) AS list_text)) AS j)
ORDER BY material_id, expires_on NULLS LAST, received_at, code;

-- name: TakeFromLot :execrows
UPDATE lots SET on_hand = on_hand - $3 WHERE organization_id = $1 AND id = $2 AND on_hand >= $3;

-- name: ChangeLot :execrows
UPDATE lots SET on_hand = on_hand + $3 WHERE organization_id = $1 AND id = $2 AND on_hand + $3 >= 0;

-- name: GetLot :one
SELECT id, material_id, code, unit_cost, on_hand FROM lots WHERE organization_id = $1 AND id = $2;

-- name: CreateMovement :exec
INSERT INTO movements (organization_id, id, material_id, lot_id, kind, quantity, unit_cost, reason, source_kind, source_id, occurred_at, occurred_on, created_at, created_by)
VALUES (sqlc.arg(organization_id), sqlc.arg(id), sqlc.arg(material_id), sqlc.arg(lot_id), sqlc.arg(kind), sqlc.arg(quantity), sqlc.arg(unit_cost), sqlc.arg(reason), sqlc.arg(source_kind), sqlc.narg(source_id), sqlc.arg(occurred_at), sqlc.arg(occurred_on), sqlc.arg(created_at), sqlc.arg(created_by));

-- name: MovementsOf :many
SELECT v.id, v.kind, v.quantity, v.reason, v.occurred_at, l.code
FROM movements AS v JOIN lots AS l ON l.organization_id = $1 AND l.id = v.lot_id
WHERE v.organization_id = $1 AND v.material_id = $2
ORDER BY v.occurred_at DESC, v.id DESC LIMIT 100;

-- name: LedgerDifferences :one
SELECT COUNT(*) FROM lots AS l
WHERE l.organization_id = $1 AND l.on_hand <> (SELECT CAST(COALESCE(SUM(v.quantity), 0) AS qty_int) FROM movements AS v WHERE v.organization_id = $1 AND v.lot_id = l.id);
