-- name: CreateMaterial :exec
INSERT INTO materials (organization_id, id, name, sku, unit, price, manual_price, minimum_stock, maximum_stock, category, density, supplier, supplier_code, lead_time_days, notes, tags, search_text, created_at, created_by, updated_at, updated_by)
VALUES (sqlc.arg(organization_id), sqlc.arg(id), sqlc.arg(name), sqlc.arg(sku), sqlc.arg(unit), sqlc.arg(price), sqlc.arg(price), sqlc.narg(minimum_stock), sqlc.narg(maximum_stock), sqlc.arg(category), sqlc.arg(density), sqlc.arg(supplier), sqlc.arg(supplier_code), sqlc.narg(lead_time_days), sqlc.arg(notes), sqlc.arg(tags), sqlc.arg(search_text), sqlc.arg(created_at), sqlc.arg(created_by), sqlc.arg(created_at), sqlc.arg(created_by));

-- name: UpdateMaterial :execrows
UPDATE materials SET name = $3, sku = $4, unit = $5, manual_price = $6, minimum_stock = $7, maximum_stock = $8, category = $9, density = $10, supplier = $11, supplier_code = $12, lead_time_days = $13,
  notes = $14, search_text = $15, updated_at = $16, updated_by = $17, tags = $18
WHERE organization_id = $1 AND id = $2;

-- name: DeleteMaterial :execrows
DELETE FROM materials WHERE organization_id = sqlc.arg(organization_id) AND id = sqlc.arg(id);

-- name: FixUnits :execrows
UPDATE materials SET unit_fixed = TRUE
WHERE organization_id = $1 AND id IN (SELECT CAST(j.value AS uuid_text) FROM json_each(CAST($2 AS list_text)) AS j);

-- name: DeletePacks :exec
DELETE FROM material_packs WHERE organization_id = sqlc.arg(organization_id) AND material_id = sqlc.arg(material_id);

-- name: CreatePack :exec
INSERT INTO material_packs (organization_id, material_id, position, name, quantity)
VALUES (sqlc.arg(organization_id), sqlc.arg(material_id), sqlc.arg(position), sqlc.arg(name), sqlc.arg(quantity));

-- name: PacksOf :many
SELECT name, quantity FROM material_packs
WHERE organization_id = sqlc.arg(organization_id) AND material_id = sqlc.arg(material_id) ORDER BY position;

-- name: DensityOf :one
SELECT density FROM materials WHERE organization_id = sqlc.arg(organization_id) AND id = sqlc.arg(id);

-- name: Categories :many
SELECT DISTINCT category FROM materials
WHERE organization_id = sqlc.arg(organization_id) AND category <> '' AND archived_at IS NULL ORDER BY category;

-- name: Tags :many
SELECT DISTINCT tags FROM materials
WHERE organization_id = sqlc.arg(organization_id) AND tags <> '' AND archived_at IS NULL;

-- name: SetMaterialArchived :execrows
UPDATE materials SET archived_at = $3, updated_at = $4, updated_by = $5
WHERE organization_id = $1 AND id = $2;

-- name: MaterialTaken :one
SELECT COUNT(*) FILTER (WHERE sku = $3) AS same_sku, COUNT(*) FILTER (WHERE name = $4) AS same_name
FROM materials WHERE organization_id = $1 AND id <> $2 AND (sku = $3 OR name = $4);

-- name: GetMaterial :one
SELECT m.id, m.name, m.sku, m.unit, m.price, m.manual_price, m.minimum_stock, m.maximum_stock, m.category, m.density, m.supplier, m.supplier_code, m.lead_time_days, m.unit_fixed, m.notes, m.tags, m.archived_at, i.on_hand,
  CAST((SELECT COUNT(*) FROM lots AS l WHERE l.organization_id = $1 AND l.item_id = m.id) AS bigint) AS lot_count
FROM materials AS m JOIN items AS i ON i.organization_id = $1 AND i.id = m.id
WHERE m.organization_id = $1 AND m.sku = $2;

-- name: CountMaterials :one
SELECT COUNT(*) FROM materials
WHERE organization_id = sqlc.arg(organization_id) AND (archived_at IS NOT NULL) = CAST(sqlc.arg(archived) AS boolean)
  AND search_text LIKE CAST(sqlc.arg(pattern) AS text) ESCAPE '\'
  AND (CAST(sqlc.arg(category) AS text) = '' OR category = CAST(sqlc.arg(category) AS text))
  AND (CAST(sqlc.arg(tag) AS text) = '' OR tags LIKE CAST(sqlc.arg(tag) AS text) ESCAPE '\');

-- name: CountMaterialsByStock :one
SELECT COUNT(*) FROM materials AS m
JOIN items AS i ON i.organization_id = sqlc.arg(organization_id) AND i.id = m.id
LEFT JOIN (
  SELECT h.item_id, SUM(h.on_hand) AS quantity FROM (
    SELECT a.item_id, a.on_hand FROM lots AS a WHERE a.organization_id = sqlc.arg(organization_id) AND a.on_hand <> 0 AND a.status <> 'available'
    UNION ALL
    SELECT b.item_id, b.on_hand FROM lots AS b WHERE b.organization_id = sqlc.arg(organization_id) AND b.on_hand <> 0 AND b.status = 'available' AND b.expires_on < sqlc.arg(today)
  ) AS h GROUP BY h.item_id
) AS w ON w.item_id = m.id
WHERE m.organization_id = sqlc.arg(organization_id) AND (m.archived_at IS NOT NULL) = CAST(sqlc.arg(archived) AS boolean)
  AND m.search_text LIKE CAST(sqlc.arg(pattern) AS text) ESCAPE '\'
  AND (CAST(sqlc.arg(category) AS text) = '' OR m.category = CAST(sqlc.arg(category) AS text))
  AND (CAST(sqlc.arg(tag) AS text) = '' OR m.tags LIKE CAST(sqlc.arg(tag) AS text) ESCAPE '\')
  AND (CAST(sqlc.arg(over) AS boolean) = FALSE OR m.maximum_stock < i.on_hand)
  AND (CAST(sqlc.arg(low) AS boolean) = FALSE OR m.minimum_stock > i.on_hand - COALESCE(w.quantity, 0))
  AND (CAST(sqlc.narg(until) AS date_text) IS NULL OR EXISTS (
    SELECT 1 FROM lots AS x WHERE x.organization_id = sqlc.arg(organization_id) AND x.item_id = m.id AND x.on_hand <> 0 AND x.expires_on <= CAST(sqlc.narg(until) AS date_text)));

-- What is withheld of an item is in lots that are held or expired.
-- name: ListMaterials :many
SELECT m.id, m.name, m.sku, m.unit, m.price, m.minimum_stock, m.maximum_stock, m.category, m.tags, i.on_hand, CAST(COALESCE(w.quantity, 0) AS qty_int) AS withheld,
  CAST((SELECT COUNT(*) FROM lots AS l WHERE l.organization_id = sqlc.arg(organization_id) AND l.item_id = m.id AND l.on_hand <> 0) AS bigint) AS lots,
  CAST(COALESCE((SELECT CAST(MIN(l.expires_on) AS date_text) FROM lots AS l WHERE l.organization_id = sqlc.arg(organization_id) AND l.item_id = m.id AND l.on_hand <> 0), '9999-12-31') AS date_text) AS expires_on
FROM materials AS m
JOIN items AS i ON i.organization_id = sqlc.arg(organization_id) AND i.id = m.id
LEFT JOIN (
  SELECT h.item_id, SUM(h.on_hand) AS quantity FROM (
    SELECT a.item_id, a.on_hand FROM lots AS a WHERE a.organization_id = sqlc.arg(organization_id) AND a.on_hand <> 0 AND a.status <> 'available'
    UNION ALL
    SELECT b.item_id, b.on_hand FROM lots AS b WHERE b.organization_id = sqlc.arg(organization_id) AND b.on_hand <> 0 AND b.status = 'available' AND b.expires_on < sqlc.arg(today)
  ) AS h GROUP BY h.item_id
) AS w ON w.item_id = m.id
WHERE m.organization_id = sqlc.arg(organization_id) AND (m.archived_at IS NOT NULL) = CAST(sqlc.arg(archived) AS boolean)
  AND m.search_text LIKE CAST(sqlc.arg(pattern) AS text) ESCAPE '\'
  AND (CAST(sqlc.arg(category) AS text) = '' OR m.category = CAST(sqlc.arg(category) AS text))
  AND (CAST(sqlc.arg(tag) AS text) = '' OR m.tags LIKE CAST(sqlc.arg(tag) AS text) ESCAPE '\')
  AND (CAST(sqlc.arg(over) AS boolean) = FALSE OR m.maximum_stock < i.on_hand)
  AND (CAST(sqlc.arg(low) AS boolean) = FALSE OR m.minimum_stock > i.on_hand - COALESCE(w.quantity, 0))
  AND (CAST(sqlc.narg(until) AS date_text) IS NULL OR EXISTS (
    SELECT 1 FROM lots AS x WHERE x.organization_id = sqlc.arg(organization_id) AND x.item_id = m.id AND x.on_hand <> 0 AND x.expires_on <= CAST(sqlc.narg(until) AS date_text)))
ORDER BY m.name, m.id LIMIT sqlc.arg(count_of) OFFSET sqlc.arg(skip);

-- name: ListMaterialsDown :many
SELECT m.id, m.name, m.sku, m.unit, m.price, m.minimum_stock, m.maximum_stock, m.category, m.tags, i.on_hand, CAST(COALESCE(w.quantity, 0) AS qty_int) AS withheld,
  CAST((SELECT COUNT(*) FROM lots AS l WHERE l.organization_id = sqlc.arg(organization_id) AND l.item_id = m.id AND l.on_hand <> 0) AS bigint) AS lots,
  CAST(COALESCE((SELECT CAST(MIN(l.expires_on) AS date_text) FROM lots AS l WHERE l.organization_id = sqlc.arg(organization_id) AND l.item_id = m.id AND l.on_hand <> 0), '9999-12-31') AS date_text) AS expires_on
FROM materials AS m
JOIN items AS i ON i.organization_id = sqlc.arg(organization_id) AND i.id = m.id
LEFT JOIN (
  SELECT h.item_id, SUM(h.on_hand) AS quantity FROM (
    SELECT a.item_id, a.on_hand FROM lots AS a WHERE a.organization_id = sqlc.arg(organization_id) AND a.on_hand <> 0 AND a.status <> 'available'
    UNION ALL
    SELECT b.item_id, b.on_hand FROM lots AS b WHERE b.organization_id = sqlc.arg(organization_id) AND b.on_hand <> 0 AND b.status = 'available' AND b.expires_on < sqlc.arg(today)
  ) AS h GROUP BY h.item_id
) AS w ON w.item_id = m.id
WHERE m.organization_id = sqlc.arg(organization_id) AND (m.archived_at IS NOT NULL) = CAST(sqlc.arg(archived) AS boolean)
  AND m.search_text LIKE CAST(sqlc.arg(pattern) AS text) ESCAPE '\'
  AND (CAST(sqlc.arg(category) AS text) = '' OR m.category = CAST(sqlc.arg(category) AS text))
  AND (CAST(sqlc.arg(tag) AS text) = '' OR m.tags LIKE CAST(sqlc.arg(tag) AS text) ESCAPE '\')
  AND (CAST(sqlc.arg(over) AS boolean) = FALSE OR m.maximum_stock < i.on_hand)
  AND (CAST(sqlc.arg(low) AS boolean) = FALSE OR m.minimum_stock > i.on_hand - COALESCE(w.quantity, 0))
  AND (CAST(sqlc.narg(until) AS date_text) IS NULL OR EXISTS (
    SELECT 1 FROM lots AS x WHERE x.organization_id = sqlc.arg(organization_id) AND x.item_id = m.id AND x.on_hand <> 0 AND x.expires_on <= CAST(sqlc.narg(until) AS date_text)))
ORDER BY m.name DESC, m.id DESC LIMIT sqlc.arg(count_of) OFFSET sqlc.arg(skip);

-- All rows are reckoned for the order, so their lots are gone through once and not by material.
-- name: ListMaterialsByExpiry :many
SELECT m.id, m.name, m.sku, m.unit, m.price, m.minimum_stock, m.maximum_stock, m.category, m.tags, i.on_hand, CAST(COALESCE(w.quantity, 0) AS qty_int) AS withheld,
  CAST(COALESCE(f.lots, 0) AS bigint) AS lots, CAST(COALESCE(CAST(f.expires_on AS date_text), '9999-12-31') AS date_text) AS expires_on
FROM materials AS m
JOIN items AS i ON i.organization_id = sqlc.arg(organization_id) AND i.id = m.id
LEFT JOIN (
  SELECT h.item_id, SUM(h.on_hand) AS quantity FROM (
    SELECT a.item_id, a.on_hand FROM lots AS a WHERE a.organization_id = sqlc.arg(organization_id) AND a.on_hand <> 0 AND a.status <> 'available'
    UNION ALL
    SELECT b.item_id, b.on_hand FROM lots AS b WHERE b.organization_id = sqlc.arg(organization_id) AND b.on_hand <> 0 AND b.status = 'available' AND b.expires_on < sqlc.arg(today)
  ) AS h GROUP BY h.item_id
) AS w ON w.item_id = m.id
LEFT JOIN (
  SELECT l.item_id, COUNT(*) AS lots, MIN(l.expires_on) AS expires_on FROM lots AS l WHERE l.organization_id = sqlc.arg(organization_id) AND l.on_hand <> 0 GROUP BY l.item_id
) AS f ON f.item_id = m.id
WHERE m.organization_id = sqlc.arg(organization_id) AND (m.archived_at IS NOT NULL) = CAST(sqlc.arg(archived) AS boolean)
  AND m.search_text LIKE CAST(sqlc.arg(pattern) AS text) ESCAPE '\'
  AND (CAST(sqlc.arg(category) AS text) = '' OR m.category = CAST(sqlc.arg(category) AS text))
  AND (CAST(sqlc.arg(tag) AS text) = '' OR m.tags LIKE CAST(sqlc.arg(tag) AS text) ESCAPE '\')
  AND (CAST(sqlc.arg(over) AS boolean) = FALSE OR m.maximum_stock < i.on_hand)
  AND (CAST(sqlc.arg(low) AS boolean) = FALSE OR m.minimum_stock > i.on_hand - COALESCE(w.quantity, 0))
  AND (CAST(sqlc.narg(until) AS date_text) IS NULL OR EXISTS (
    SELECT 1 FROM lots AS x WHERE x.organization_id = sqlc.arg(organization_id) AND x.item_id = m.id AND x.on_hand <> 0 AND x.expires_on <= CAST(sqlc.narg(until) AS date_text)))
ORDER BY expires_on, m.name, m.id LIMIT sqlc.arg(count_of) OFFSET sqlc.arg(skip);

-- name: AllMaterials :many
SELECT m.id, m.name, m.sku, m.unit, m.price, m.density
FROM materials AS m WHERE m.organization_id = sqlc.arg(organization_id) AND m.archived_at IS NULL
ORDER BY m.name, m.id;

-- name: MaterialsByID :many
SELECT m.id, m.name, m.sku, m.unit, m.price, m.density
FROM materials AS m WHERE m.organization_id = sqlc.arg(organization_id)
  AND m.id IN (SELECT CAST(j.value AS uuid_text) FROM json_each(CAST(sqlc.arg(ids) AS list_text)) AS j);

-- Materials with the price that counts and the one that was typed; of all of them or of some.
-- name: PricesOfMaterials :many
SELECT m.id, m.price, m.manual_price FROM materials AS m WHERE m.organization_id = sqlc.arg(organization_id)
  AND m.id IN (SELECT CAST(j.value AS uuid_text) FROM json_each(CAST(sqlc.arg(ids) AS list_text)) AS j)
ORDER BY m.id;

-- name: MaterialIDs :many
SELECT m.id FROM materials AS m WHERE m.organization_id = sqlc.arg(organization_id) ORDER BY m.id;

-- name: SetMaterialPrice :execrows
UPDATE materials SET price = $3 WHERE organization_id = $1 AND id = $2;

-- Whether something of some items was received at or after a moment, and be it taken back by now.
-- name: ReceiptsSince :one
SELECT COUNT(*) FROM (
  SELECT 1 AS one FROM movements AS v WHERE v.organization_id = sqlc.arg(organization_id)
    AND v.item_id IN (SELECT CAST(j.value AS uuid_text) FROM json_each(CAST(sqlc.arg(ids) AS list_text)) AS j)
    AND v.occurred_at >= sqlc.arg(since) AND v.kind IN ('opening', 'receipt') LIMIT 1
) AS found;

-- All that was received of some items and not taken back, in the order of time, each with what there was of the item before.
-- name: ReceiptsOfItems :many
SELECT r.item_id, r.kind, r.quantity, r.value, r.occurred_at, CAST(r.held AS qty_int) AS held, l.code, l.supplier
FROM (
  SELECT v.id, v.item_id, v.lot_id, v.kind, v.quantity, v.value, v.occurred_at,
    COALESCE(SUM(v.quantity) OVER (PARTITION BY v.item_id ORDER BY v.occurred_at, v.id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS held
  FROM movements AS v
  WHERE v.organization_id = sqlc.arg(organization_id) AND v.kind <> 'reversal'
    AND v.item_id IN (SELECT CAST(j.value AS uuid_text) FROM json_each(CAST(sqlc.arg(ids) AS list_text)) AS j)
    AND NOT EXISTS (SELECT 1 FROM movements AS t WHERE t.organization_id = sqlc.arg(organization_id) AND t.reverses_id = v.id)
) AS r
JOIN lots AS l ON l.organization_id = sqlc.arg(organization_id) AND l.id = r.lot_id
WHERE r.kind IN ('opening', 'receipt')
ORDER BY r.item_id, r.occurred_at, r.id;

-- name: SaveItem :exec
INSERT INTO items (organization_id, id, kind, material_id, product_id, name, sku, unit, search_text, on_hand)
VALUES (sqlc.arg(organization_id), sqlc.arg(id), sqlc.arg(kind), sqlc.narg(material_id), sqlc.narg(product_id), sqlc.arg(name), sqlc.arg(sku), sqlc.arg(unit), sqlc.arg(search_text), 0)
ON CONFLICT (organization_id, id) DO UPDATE SET name = excluded.name, sku = excluded.sku, unit = excluded.unit, search_text = excluded.search_text;

-- name: GetItem :one
SELECT id, kind, name, sku, unit, on_hand FROM items WHERE organization_id = sqlc.arg(organization_id) AND id = sqlc.arg(id);

-- What an item's available lots have, and what that cost.
-- name: ValueOfItem :one
SELECT CAST(COALESCE(SUM(on_hand), 0) AS qty_int) AS on_hand, CAST(COALESCE(SUM(value), 0) AS money_int) AS value
FROM lots WHERE organization_id = sqlc.arg(organization_id) AND item_id = sqlc.arg(item_id) AND on_hand <> 0 AND status = 'available';

-- name: ItemsByID :many
SELECT i.id, i.kind, i.name, i.sku, i.unit FROM items AS i WHERE i.organization_id = sqlc.arg(organization_id)
  AND i.id IN (SELECT CAST(j.value AS uuid_text) FROM json_each(CAST(sqlc.arg(ids) AS list_text)) AS j);

-- What one stock unit of an item is thought to cost where no lot tells: a material's price, else the cost of the latest lot.
-- name: SupposedCost :one
SELECT CAST(COALESCE(
  (SELECT m.price FROM materials AS m WHERE m.organization_id = sqlc.arg(organization_id) AND m.id = sqlc.arg(item_id)),
  (SELECT l.unit_cost FROM lots AS l WHERE l.organization_id = sqlc.arg(organization_id) AND l.item_id = sqlc.arg(item_id) ORDER BY l.received_at DESC, l.id DESC LIMIT 1),
  0) AS money_int) AS unit_cost;

-- name: CreateSettings :exec
INSERT INTO inventory_settings (organization_id, lot_pattern, negative_stock, backdate_days, expiring_days, cost_method, updated_at)
VALUES (sqlc.arg(organization_id), sqlc.arg(lot_pattern), sqlc.arg(negative_stock), sqlc.arg(backdate_days), sqlc.arg(expiring_days), sqlc.arg(cost_method), sqlc.arg(updated_at));

-- name: GetSettings :one
SELECT lot_pattern, negative_stock, backdate_days, expiring_days, cost_method
FROM inventory_settings WHERE organization_id = sqlc.arg(organization_id);

-- name: UpdateSettings :execrows
UPDATE inventory_settings SET lot_pattern = $2, negative_stock = $3, backdate_days = $4, expiring_days = $5, cost_method = $6, updated_at = $7
WHERE organization_id = $1;

-- name: CreateLocation :exec
INSERT INTO locations (organization_id, id, kind, name, created_at)
VALUES (sqlc.arg(organization_id), sqlc.arg(id), sqlc.arg(kind), sqlc.arg(name), sqlc.arg(created_at));

-- name: CreateLot :exec
INSERT INTO lots (organization_id, id, item_id, kind, code, supplier, supplier_lot, status, received_at, received_on, expires_on, unit_cost, on_hand, value, search_text, created_at, created_by)
VALUES (sqlc.arg(organization_id), sqlc.arg(id), sqlc.arg(item_id), sqlc.arg(kind), sqlc.arg(code), sqlc.arg(supplier), sqlc.arg(supplier_lot), sqlc.arg(status), sqlc.arg(received_at), sqlc.arg(received_on), sqlc.narg(expires_on), sqlc.arg(unit_cost), 0, 0, sqlc.arg(search_text), sqlc.arg(created_at), sqlc.arg(created_by));

-- name: LotTaken :one
SELECT COUNT(*) FROM lots WHERE organization_id = $1 AND code = $2;

-- name: LotByID :one
SELECT l.id, l.item_id, i.kind AS item_kind, i.name, i.sku, i.unit, l.kind, l.code, l.supplier, l.supplier_lot, l.status, l.received_at, l.received_on, l.expires_on, l.unit_cost, l.on_hand, l.value, l.created_at, u.name AS created_by
FROM lots AS l
JOIN items AS i ON i.organization_id = sqlc.arg(organization_id) AND i.id = l.item_id
JOIN users AS u ON u.id = l.created_by
WHERE l.organization_id = sqlc.arg(organization_id) AND l.id = sqlc.arg(id);

-- name: LotByCode :one
SELECT l.id, l.item_id, i.kind AS item_kind, i.name, i.sku, i.unit, l.kind, l.code, l.supplier, l.supplier_lot, l.status, l.received_at, l.received_on, l.expires_on, l.unit_cost, l.on_hand, l.value, l.created_at, u.name AS created_by
FROM lots AS l
JOIN items AS i ON i.organization_id = sqlc.arg(organization_id) AND i.id = l.item_id
JOIN users AS u ON u.id = l.created_by
WHERE l.organization_id = sqlc.arg(organization_id) AND l.code = sqlc.arg(code);

-- name: Locations :many
SELECT p.id, p.name, p.receives, p.produces, p.archived_at FROM locations AS p
WHERE p.organization_id = sqlc.arg(organization_id) AND p.kind = 'place'
ORDER BY CASE WHEN p.id = p.organization_id THEN 0 ELSE 1 END, p.name;

-- name: LocationNames :many
SELECT p.id, p.name, CAST(p.archived_at IS NOT NULL AS boolean) AS archived FROM locations AS p
WHERE p.organization_id = sqlc.arg(organization_id) ORDER BY p.name;

-- name: TransitLocation :one
SELECT p.id FROM locations AS p WHERE p.organization_id = sqlc.arg(organization_id) AND p.kind = 'transit' LIMIT 1;

-- name: CreateTransfer :exec
INSERT INTO transfers (organization_id, id, reference, item_id, lot_id, from_id, to_id, quantity, note, expected_on, status, sent_at, sent_by)
VALUES (sqlc.arg(organization_id), sqlc.arg(id), sqlc.arg(reference), sqlc.arg(item_id), sqlc.arg(lot_id), sqlc.arg(from_id), sqlc.arg(to_id), sqlc.arg(quantity), sqlc.arg(note), sqlc.narg(expected_on), 'on_way', sqlc.arg(sent_at), sqlc.arg(sent_by));

-- name: EndTransfer :execrows
UPDATE transfers SET status = $3, arrived = $4, ended_at = $5, ended_by = $6
WHERE organization_id = $1 AND id = $2 AND status = 'on_way';

-- name: GetTransfer :one
SELECT t.id, t.reference, t.item_id, i.kind AS item_kind, i.name, i.sku, i.unit, t.lot_id, l.code, t.from_id, f.name AS from_name, t.to_id, d.name AS to_name, t.quantity, t.arrived, t.note, t.expected_on, t.status, t.sent_at, s.name AS sent_by, t.ended_at, COALESCE(e.name, '') AS ended_by
FROM transfers AS t
JOIN items AS i ON i.organization_id = sqlc.arg(organization_id) AND i.id = t.item_id
JOIN lots AS l ON l.organization_id = sqlc.arg(organization_id) AND l.id = t.lot_id
JOIN locations AS f ON f.organization_id = sqlc.arg(organization_id) AND f.id = t.from_id
JOIN locations AS d ON d.organization_id = sqlc.arg(organization_id) AND d.id = t.to_id
JOIN users AS s ON s.id = t.sent_by LEFT JOIN users AS e ON e.id = t.ended_by
WHERE t.organization_id = sqlc.arg(organization_id) AND t.reference = sqlc.arg(reference);

-- name: ListTransfers :many
SELECT t.id, t.reference, t.item_id, i.kind AS item_kind, i.name, i.sku, i.unit, t.lot_id, l.code, t.from_id, f.name AS from_name, t.to_id, d.name AS to_name, t.quantity, t.arrived, t.note, t.expected_on, t.status, t.sent_at, s.name AS sent_by, t.ended_at, COALESCE(e.name, '') AS ended_by
FROM transfers AS t
JOIN items AS i ON i.organization_id = sqlc.arg(organization_id) AND i.id = t.item_id
JOIN lots AS l ON l.organization_id = sqlc.arg(organization_id) AND l.id = t.lot_id
JOIN locations AS f ON f.organization_id = sqlc.arg(organization_id) AND f.id = t.from_id
JOIN locations AS d ON d.organization_id = sqlc.arg(organization_id) AND d.id = t.to_id
JOIN users AS s ON s.id = t.sent_by LEFT JOIN users AS e ON e.id = t.ended_by
WHERE t.organization_id = sqlc.arg(organization_id)
  AND (CAST(sqlc.arg(ended) AS boolean) OR t.status = 'on_way')
  AND (CAST(sqlc.narg(lot_id) AS uuid_text) IS NULL OR t.lot_id = CAST(sqlc.narg(lot_id) AS uuid_text))
ORDER BY t.sent_at DESC, t.id DESC LIMIT sqlc.arg(count_of) OFFSET sqlc.arg(skip);

-- name: CountTransfers :one
SELECT COUNT(*) FROM transfers AS t
WHERE t.organization_id = sqlc.arg(organization_id) AND (CAST(sqlc.arg(ended) AS boolean) OR t.status = 'on_way');

-- name: LotsAtLocations :many
SELECT s.location_id, COUNT(*) AS lots FROM stock AS s
WHERE s.organization_id = sqlc.arg(organization_id) AND s.on_hand <> 0 GROUP BY s.location_id;

-- name: Home :one
SELECT p.id FROM locations AS p
WHERE p.organization_id = sqlc.arg(organization_id) AND p.kind = 'place' AND p.archived_at IS NULL
  AND CASE WHEN CAST(sqlc.arg(made) AS boolean) THEN p.produces ELSE p.receives END LIMIT 1;

-- name: RenameLocation :execrows
UPDATE locations SET name = $3 WHERE organization_id = $1 AND id = $2 AND kind = 'place';

-- name: ArchiveLocation :execrows
UPDATE locations SET archived_at = $3
WHERE locations.organization_id = $1 AND locations.id = $2 AND locations.kind = 'place'
  AND NOT EXISTS (SELECT 1 FROM stock AS s WHERE s.organization_id = $1 AND s.location_id = $2 AND s.on_hand <> 0)
  AND NOT EXISTS (SELECT 1 FROM transfers AS t WHERE t.organization_id = $1 AND t.to_id = $2 AND t.status = 'on_way');

-- name: RestoreLocation :one
UPDATE locations SET archived_at = NULL WHERE organization_id = $1 AND id = $2 AND kind = 'place' RETURNING name;

-- name: SetHomes :execrows
UPDATE locations SET receives = (id = $2), produces = (id = $3) WHERE organization_id = $1;

-- Where the lots of an item stand, place by place.
-- name: StockOfItem :many
SELECT s.lot_id, s.location_id, p.name, p.kind, s.on_hand
FROM stock AS s JOIN locations AS p ON p.organization_id = sqlc.arg(organization_id) AND p.id = s.location_id
WHERE s.organization_id = sqlc.arg(organization_id) AND s.item_id = sqlc.arg(item_id) AND s.on_hand <> 0
ORDER BY CASE WHEN p.id = p.organization_id THEN 0 ELSE 1 END, p.name, s.lot_id;

-- The lots of an item that have something, in the order they are used.
-- name: LotsInStockOf :many
SELECT id, item_id, kind, code, supplier, supplier_lot, status, received_at, received_on, expires_on, unit_cost, on_hand, value
FROM lots WHERE organization_id = sqlc.arg(organization_id) AND item_id = sqlc.arg(item_id) AND on_hand <> 0
ORDER BY expires_on NULLS LAST, received_at, code;

-- name: EmptyLotsOf :many
SELECT id, item_id, kind, code, supplier, supplier_lot, status, received_at, received_on, expires_on, unit_cost, on_hand, value
FROM lots WHERE organization_id = sqlc.arg(organization_id) AND item_id = sqlc.arg(item_id) AND on_hand = 0
ORDER BY received_at DESC, code LIMIT sqlc.arg(count_of);

-- name: OwedLotOf :one
SELECT id FROM lots WHERE organization_id = sqlc.arg(organization_id) AND item_id = sqlc.arg(item_id) AND kind = 'owed' ORDER BY created_at, id LIMIT 1;

-- What can be reached of some items: each lot at each place, in the order it is used: first expired, first out; then by receipt and
-- by code; of one lot first what stands where batches are made, when one is, and then at the first place.
-- name: Shelf :many
SELECT l.id, l.item_id, l.code, l.status, l.received_at, l.expires_on, s.location_id, s.on_hand
FROM lots AS l CROSS JOIN stock AS s CROSS JOIN locations AS p
WHERE l.organization_id = sqlc.arg(organization_id) AND l.on_hand <> 0 AND l.on_hand > 0
  AND l.item_id IN (SELECT CAST(j.value AS uuid_text) FROM json_each(CAST(sqlc.arg(ids) AS list_text)) AS j)
  AND s.organization_id = sqlc.arg(organization_id) AND s.lot_id = l.id AND s.on_hand > 0
  AND p.organization_id = sqlc.arg(organization_id) AND p.id = s.location_id AND p.kind = 'place'
ORDER BY l.item_id, l.expires_on NULLS LAST, l.received_at, l.code,
  CASE WHEN CAST(sqlc.arg(made) AS boolean) AND p.produces THEN 0 WHEN p.id = p.organization_id THEN 1 ELSE 2 END, p.name;

-- name: StockOfLot :many
SELECT s.location_id, p.name, p.kind, s.on_hand
FROM stock AS s JOIN locations AS p ON p.organization_id = sqlc.arg(organization_id) AND p.id = s.location_id
WHERE s.organization_id = sqlc.arg(organization_id) AND s.lot_id = sqlc.arg(lot_id) AND s.on_hand <> 0
ORDER BY CASE WHEN p.id = p.organization_id THEN 0 ELSE 1 END, p.name;

-- name: AddToItem :execrows
UPDATE items SET on_hand = on_hand + $3 WHERE organization_id = $1 AND id = $2;

-- name: AddToLot :execrows
UPDATE lots SET on_hand = on_hand + $3, value = value + $4
WHERE organization_id = $1 AND id = $2 AND (on_hand + $3 >= 0 OR kind = 'owed');

-- name: AddToStock :one
INSERT INTO stock (organization_id, item_id, lot_id, location_id, on_hand)
VALUES (sqlc.arg(organization_id), sqlc.arg(item_id), sqlc.arg(lot_id), sqlc.arg(location_id), sqlc.arg(on_hand))
ON CONFLICT (organization_id, lot_id, location_id) DO UPDATE SET on_hand = stock.on_hand + excluded.on_hand
RETURNING on_hand;

-- name: CreateMovement :exec
INSERT INTO movements (organization_id, id, item_id, lot_id, location_id, kind, quantity, value, reason, source_kind, source_id, source_name, other_lot_id, reverses_id, occurred_at, occurred_on, created_at, created_by)
VALUES (sqlc.arg(organization_id), sqlc.arg(id), sqlc.arg(item_id), sqlc.arg(lot_id), sqlc.arg(location_id), sqlc.arg(kind), sqlc.arg(quantity), sqlc.arg(value), sqlc.arg(reason), sqlc.arg(source_kind), sqlc.narg(source_id), sqlc.arg(source_name), sqlc.narg(other_lot_id), sqlc.narg(reverses_id), sqlc.arg(occurred_at), sqlc.arg(occurred_on), sqlc.arg(created_at), sqlc.arg(created_by));

-- name: GetMovement :one
SELECT v.id, v.item_id, v.lot_id, v.location_id, v.kind, v.quantity, v.value, v.source_kind, v.source_id, v.source_name, v.other_lot_id, v.occurred_at
FROM movements AS v WHERE v.organization_id = sqlc.arg(organization_id) AND v.id = sqlc.arg(id);

-- The movements of a document that nothing takes back.
-- name: StandingMovements :many
SELECT v.id, v.item_id, v.lot_id, v.location_id, v.kind, v.quantity, v.value, v.source_kind, v.source_id, v.source_name, v.other_lot_id, v.occurred_at
FROM movements AS v
WHERE v.organization_id = sqlc.arg(organization_id) AND v.source_kind = sqlc.arg(source_kind) AND v.source_id = sqlc.arg(source_id) AND v.kind <> 'reversal'
  AND NOT EXISTS (SELECT 1 FROM movements AS r WHERE r.organization_id = sqlc.arg(organization_id) AND r.reverses_id = v.id)
ORDER BY v.occurred_at DESC, v.id DESC;

-- What a document took from lots or brought, as far as it was not taken back.
-- name: LotsOfSource :many
SELECT i.name, i.sku, i.unit, l.code, l.expires_on, v.kind, CAST(SUM(v.quantity) AS qty_int) AS quantity, CAST(SUM(v.value) AS money_int) AS value
FROM movements AS v
JOIN lots AS l ON l.organization_id = sqlc.arg(organization_id) AND l.id = v.lot_id
JOIN items AS i ON i.organization_id = sqlc.arg(organization_id) AND i.id = v.item_id
WHERE v.organization_id = sqlc.arg(organization_id) AND v.source_kind = sqlc.arg(source_kind) AND v.source_id = sqlc.arg(source_id) AND v.kind <> 'reversal'
  AND NOT EXISTS (SELECT 1 FROM movements AS r WHERE r.organization_id = sqlc.arg(organization_id) AND r.reverses_id = v.id)
GROUP BY i.id, i.name, i.sku, i.unit, l.code, l.expires_on, v.kind ORDER BY i.name, l.code;

-- What a lot had at a place at a moment; what was taken back never was.
-- name: BookOf :one
SELECT CAST(COALESCE(SUM(v.quantity), 0) AS qty_int) AS book FROM movements AS v
WHERE v.organization_id = sqlc.arg(organization_id) AND v.lot_id = sqlc.arg(lot_id) AND v.location_id = sqlc.arg(location_id) AND v.kind <> 'reversal' AND v.occurred_at <= sqlc.arg(at)
  AND NOT EXISTS (SELECT 1 FROM movements AS r WHERE r.organization_id = sqlc.arg(organization_id) AND r.reverses_id = v.id);

-- What a lot had at a place, from the first row on.
-- name: PastOfStock :many
SELECT occurred_at, quantity FROM movements
WHERE organization_id = sqlc.arg(organization_id) AND lot_id = sqlc.arg(lot_id) AND location_id = sqlc.arg(location_id)
ORDER BY occurred_at, id;

-- name: MovementsOfItem :many
SELECT v.id, v.kind, v.quantity, v.value, v.reason, v.source_kind, v.source_name, v.reverses_id, v.occurred_at, v.created_at, l.code, COALESCE(ol.code, '') AS other_code, u.name AS created_by, p.name AS location,
  CAST((SELECT COUNT(*) FROM movements AS r WHERE r.organization_id = sqlc.arg(organization_id) AND r.reverses_id = v.id) AS bigint) AS reversed
FROM movements AS v
JOIN lots AS l ON l.organization_id = sqlc.arg(organization_id) AND l.id = v.lot_id
LEFT JOIN lots AS ol ON ol.organization_id = sqlc.arg(organization_id) AND ol.id = v.other_lot_id
JOIN locations AS p ON p.organization_id = sqlc.arg(organization_id) AND p.id = v.location_id
JOIN users AS u ON u.id = v.created_by
WHERE v.organization_id = sqlc.arg(organization_id) AND v.item_id = sqlc.arg(item_id)
ORDER BY v.occurred_at DESC, v.id DESC LIMIT sqlc.arg(count_of);

-- name: MovementsOfLot :many
SELECT v.id, v.kind, v.quantity, v.value, v.reason, v.source_kind, v.source_name, v.reverses_id, v.occurred_at, v.created_at, l.code, COALESCE(ol.code, '') AS other_code, u.name AS created_by, p.name AS location,
  CAST((SELECT COUNT(*) FROM movements AS r WHERE r.organization_id = sqlc.arg(organization_id) AND r.reverses_id = v.id) AS bigint) AS reversed
FROM movements AS v
JOIN lots AS l ON l.organization_id = sqlc.arg(organization_id) AND l.id = v.lot_id
LEFT JOIN lots AS ol ON ol.organization_id = sqlc.arg(organization_id) AND ol.id = v.other_lot_id
JOIN locations AS p ON p.organization_id = sqlc.arg(organization_id) AND p.id = v.location_id
JOIN users AS u ON u.id = v.created_by
WHERE v.organization_id = sqlc.arg(organization_id) AND v.lot_id = sqlc.arg(lot_id)
ORDER BY v.occurred_at DESC, v.id DESC;

-- name: UpdateLot :execrows
UPDATE lots SET supplier = $3, supplier_lot = $4, expires_on = $5, search_text = $6
WHERE organization_id = $1 AND id = $2;

-- name: SetLotStatus :execrows
UPDATE lots SET status = $3 WHERE organization_id = $1 AND id = $2;

-- name: CreateLotEvent :exec
INSERT INTO lot_events (organization_id, id, lot_id, kind, was, became, reason, created_at, created_by)
VALUES (sqlc.arg(organization_id), sqlc.arg(id), sqlc.arg(lot_id), sqlc.arg(kind), sqlc.arg(was), sqlc.arg(became), sqlc.arg(reason), sqlc.arg(created_at), sqlc.arg(created_by));

-- name: EventsOfLot :many
SELECT e.kind, e.was, e.became, e.reason, e.created_at, u.name AS created_by
FROM lot_events AS e JOIN users AS u ON u.id = e.created_by
WHERE e.organization_id = sqlc.arg(organization_id) AND e.lot_id = sqlc.arg(lot_id)
ORDER BY e.created_at DESC, e.id DESC;

-- How many sums differ from what they are sums of: lots, places and items. Always none.
-- name: LedgerDifferences :one
SELECT CAST(
  (SELECT COUNT(*) FROM lots AS l WHERE l.organization_id = $1
    AND (l.on_hand <> (SELECT CAST(COALESCE(SUM(v.quantity), 0) AS qty_int) FROM movements AS v WHERE v.organization_id = $1 AND v.lot_id = l.id)
      OR l.value <> (SELECT CAST(COALESCE(SUM(v.value), 0) AS money_int) FROM movements AS v WHERE v.organization_id = $1 AND v.lot_id = l.id)
      OR l.on_hand <> (SELECT CAST(COALESCE(SUM(s.on_hand), 0) AS qty_int) FROM stock AS s WHERE s.organization_id = $1 AND s.lot_id = l.id)))
  + (SELECT COUNT(*) FROM stock AS s WHERE s.organization_id = $1
    AND s.on_hand <> (SELECT CAST(COALESCE(SUM(v.quantity), 0) AS qty_int) FROM movements AS v WHERE v.organization_id = $1 AND v.lot_id = s.lot_id AND v.location_id = s.location_id))
  + (SELECT COUNT(*) FROM items AS i WHERE i.organization_id = $1
    AND i.on_hand <> (SELECT CAST(COALESCE(SUM(l.on_hand), 0) AS qty_int) FROM lots AS l WHERE l.organization_id = $1 AND l.item_id = i.id))
  AS bigint) AS differences;

-- Lots that have something, those that expire first on top. Counting stops at two hundred and fifty-one.
-- name: CountLotsInStock :one
SELECT COUNT(*) FROM (
  SELECT 1 AS one FROM lots AS l JOIN items AS i ON i.organization_id = sqlc.arg(organization_id) AND i.id = l.item_id
  WHERE l.organization_id = sqlc.arg(organization_id) AND l.on_hand <> 0
    AND (CAST(sqlc.arg(held) AS boolean) = FALSE OR l.status <> 'available')
    AND (CAST(sqlc.narg(until) AS date_text) IS NULL OR l.expires_on <= CAST(sqlc.narg(until) AS date_text))
    AND (CAST(sqlc.arg(item_kind) AS text) = '' OR i.kind = CAST(sqlc.arg(item_kind) AS text))
  LIMIT 251
) AS capped;

-- name: ListLotsInStock :many
SELECT l.id, l.item_id, i.kind AS item_kind, i.name, i.sku, i.unit, l.kind, l.code, l.supplier, l.supplier_lot, l.status, l.received_at, l.received_on, l.expires_on, l.unit_cost, l.on_hand, l.value, l.created_at, '' AS created_by
FROM lots AS l JOIN items AS i ON i.organization_id = sqlc.arg(organization_id) AND i.id = l.item_id
WHERE l.organization_id = sqlc.arg(organization_id) AND l.on_hand <> 0
  AND (CAST(sqlc.arg(held) AS boolean) = FALSE OR l.status <> 'available')
  AND (CAST(sqlc.narg(until) AS date_text) IS NULL OR l.expires_on <= CAST(sqlc.narg(until) AS date_text))
  AND (CAST(sqlc.arg(item_kind) AS text) = '' OR i.kind = CAST(sqlc.arg(item_kind) AS text))
ORDER BY l.expires_on NULLS LAST, l.received_at, l.code LIMIT sqlc.arg(count_of) OFFSET sqlc.arg(skip);

-- Lots with anything or nothing left, the latest on top.
-- name: CountLots :one
SELECT COUNT(*) FROM (
  SELECT 1 AS one FROM lots AS l JOIN items AS i ON i.organization_id = sqlc.arg(organization_id) AND i.id = l.item_id
  WHERE l.organization_id = sqlc.arg(organization_id)
    AND (CAST(sqlc.arg(only_empty) AS boolean) = FALSE OR l.on_hand = 0)
    AND (CAST(sqlc.arg(in_stock) AS boolean) = FALSE OR l.on_hand <> 0)
    AND (CAST(sqlc.arg(held) AS boolean) = FALSE OR l.status <> 'available')
    AND (CAST(sqlc.narg(until) AS date_text) IS NULL OR l.expires_on <= CAST(sqlc.narg(until) AS date_text))
    AND (CAST(sqlc.arg(item_kind) AS text) = '' OR i.kind = CAST(sqlc.arg(item_kind) AS text))
    AND (l.search_text LIKE CAST(sqlc.arg(pattern) AS text) ESCAPE '\' OR i.search_text LIKE CAST(sqlc.arg(pattern) AS text) ESCAPE '\')
  LIMIT 251
) AS capped;

-- name: ListLots :many
SELECT l.id, l.item_id, i.kind AS item_kind, i.name, i.sku, i.unit, l.kind, l.code, l.supplier, l.supplier_lot, l.status, l.received_at, l.received_on, l.expires_on, l.unit_cost, l.on_hand, l.value, l.created_at, '' AS created_by
FROM lots AS l JOIN items AS i ON i.organization_id = sqlc.arg(organization_id) AND i.id = l.item_id
WHERE l.organization_id = sqlc.arg(organization_id)
  AND (CAST(sqlc.arg(only_empty) AS boolean) = FALSE OR l.on_hand = 0)
  AND (CAST(sqlc.arg(in_stock) AS boolean) = FALSE OR l.on_hand <> 0)
  AND (CAST(sqlc.arg(held) AS boolean) = FALSE OR l.status <> 'available')
  AND (CAST(sqlc.narg(until) AS date_text) IS NULL OR l.expires_on <= CAST(sqlc.narg(until) AS date_text))
  AND (CAST(sqlc.arg(item_kind) AS text) = '' OR i.kind = CAST(sqlc.arg(item_kind) AS text))
  AND (l.search_text LIKE CAST(sqlc.arg(pattern) AS text) ESCAPE '\' OR i.search_text LIKE CAST(sqlc.arg(pattern) AS text) ESCAPE '\')
ORDER BY l.received_at DESC, l.id DESC LIMIT sqlc.arg(count_of) OFFSET sqlc.arg(skip);

-- name: Allergens :many
SELECT a.id, a.code, a.name, a.position, a.archived_at
FROM allergens AS a WHERE a.organization_id = sqlc.arg(organization_id)
ORDER BY a.position, a.name, a.id;

-- name: CreateAllergen :exec
INSERT INTO allergens (organization_id, id, code, name, position, created_at, updated_at)
VALUES (sqlc.arg(organization_id), sqlc.arg(id), sqlc.arg(code), sqlc.arg(name), sqlc.arg(position), sqlc.arg(created_at), sqlc.arg(created_at));

-- What the organization called like a standard one becomes it.
-- name: AdoptAllergen :execrows
UPDATE allergens SET code = $3, name = $4, position = $5, archived_at = NULL, updated_at = $6
WHERE organization_id = $1 AND id = $2 AND code = '';

-- name: RenameAllergen :execrows
UPDATE allergens SET name = $3, updated_at = $4
WHERE organization_id = $1 AND id = $2 AND code = '';

-- name: SetAllergenArchived :one
UPDATE allergens SET archived_at = $3, updated_at = $4
WHERE organization_id = $1 AND id = $2 AND code = '' RETURNING name;

-- name: Nutrients :many
SELECT n.id, n.code, n.name, n.unit, n.parent_id, n.position, n.archived_at
FROM nutrients AS n
LEFT JOIN nutrients AS p ON p.organization_id = sqlc.arg(organization_id) AND p.id = n.parent_id
WHERE n.organization_id = sqlc.arg(organization_id)
ORDER BY COALESCE(p.position, n.position), COALESCE(p.name, n.name), COALESCE(p.id, n.id), p.id IS NOT NULL, n.position, n.name, n.id;

-- name: CreateNutrient :exec
INSERT INTO nutrients (organization_id, id, code, name, unit, parent_id, position, created_at, updated_at)
VALUES (sqlc.arg(organization_id), sqlc.arg(id), sqlc.arg(code), sqlc.arg(name), sqlc.arg(unit), sqlc.narg(parent_id), sqlc.arg(position), sqlc.arg(created_at), sqlc.arg(created_at));

-- name: AdoptNutrient :execrows
UPDATE nutrients SET code = $3, name = $4, unit = $5, parent_id = $6, position = $7, archived_at = NULL, updated_at = $8
WHERE organization_id = $1 AND id = $2 AND code = '';

-- name: RenameNutrient :execrows
UPDATE nutrients SET name = $3, updated_at = $4
WHERE organization_id = $1 AND id = $2 AND code = '';

-- name: SetNutrientArchived :one
UPDATE nutrients SET archived_at = $3, updated_at = $4
WHERE organization_id = $1 AND id = $2 AND code = '' RETURNING name;

-- name: SaveDeclaration :exec
INSERT INTO material_declarations (organization_id, material_id, name, ingredients, is_water, packaging, allergens_checked, basis, piece_weight, updated_at, updated_by)
VALUES (sqlc.arg(organization_id), sqlc.arg(material_id), sqlc.arg(name), sqlc.arg(ingredients), sqlc.arg(is_water), sqlc.arg(packaging), sqlc.arg(allergens_checked), sqlc.arg(basis), sqlc.narg(piece_weight), sqlc.arg(updated_at), sqlc.arg(updated_by))
ON CONFLICT (organization_id, material_id) DO UPDATE SET name = excluded.name, ingredients = excluded.ingredients, is_water = excluded.is_water, packaging = excluded.packaging, allergens_checked = excluded.allergens_checked,
  basis = excluded.basis, piece_weight = excluded.piece_weight, updated_at = excluded.updated_at, updated_by = excluded.updated_by;

-- name: DeclarationsOf :many
SELECT material_id, name, ingredients, is_water, packaging, allergens_checked, basis, piece_weight FROM material_declarations
WHERE organization_id = sqlc.arg(organization_id) AND material_id IN (SELECT CAST(j.value AS uuid_text) FROM json_each(CAST(sqlc.arg(ids) AS list_text)) AS j);

-- name: AllergensOf :many
SELECT m.material_id, m.allergen_id, m.presence, m.called, a.code, a.name
FROM material_allergens AS m
JOIN allergens AS a ON a.organization_id = sqlc.arg(organization_id) AND a.id = m.allergen_id
WHERE m.organization_id = sqlc.arg(organization_id) AND m.material_id IN (SELECT CAST(j.value AS uuid_text) FROM json_each(CAST(sqlc.arg(ids) AS list_text)) AS j)
ORDER BY m.material_id, a.position, a.name, a.id;

-- name: NutrientsOf :many
SELECT material_id, nutrient_id, amount FROM material_nutrients
WHERE organization_id = sqlc.arg(organization_id) AND material_id IN (SELECT CAST(j.value AS uuid_text) FROM json_each(CAST(sqlc.arg(ids) AS list_text)) AS j);

-- name: MeasuresOf :many
SELECT id, unit, density FROM materials
WHERE organization_id = sqlc.arg(organization_id) AND id IN (SELECT CAST(j.value AS uuid_text) FROM json_each(CAST(sqlc.arg(ids) AS list_text)) AS j);

-- name: DeleteAllergensOf :exec
DELETE FROM material_allergens WHERE organization_id = sqlc.arg(organization_id) AND material_id = sqlc.arg(material_id);

-- name: AddAllergenTo :exec
INSERT INTO material_allergens (organization_id, material_id, allergen_id, presence, called)
VALUES (sqlc.arg(organization_id), sqlc.arg(material_id), sqlc.arg(allergen_id), sqlc.arg(presence), sqlc.arg(called));

-- name: DeleteNutrientsOf :exec
DELETE FROM material_nutrients WHERE organization_id = sqlc.arg(organization_id) AND material_id = sqlc.arg(material_id);

-- name: AddNutrientTo :exec
INSERT INTO material_nutrients (organization_id, material_id, nutrient_id, amount)
VALUES (sqlc.arg(organization_id), sqlc.arg(material_id), sqlc.arg(nutrient_id), sqlc.arg(amount));

-- The ledger in the order it was written, of items and lots that fit.
-- name: ListMovements :many
SELECT v.id, v.kind, v.quantity, v.value, v.reason, v.source_kind, v.source_name, v.reverses_id, v.occurred_at, v.created_at, l.code, COALESCE(ol.code, '') AS other_code, u.name AS created_by, p.name AS location,
  CAST((SELECT COUNT(*) FROM movements AS r WHERE r.organization_id = sqlc.arg(organization_id) AND r.reverses_id = v.id) AS bigint) AS reversed,
  i.kind AS item_kind, i.name, i.sku, i.unit
FROM movements AS v
JOIN items AS i ON i.organization_id = sqlc.arg(organization_id) AND i.id = v.item_id
JOIN lots AS l ON l.organization_id = sqlc.arg(organization_id) AND l.id = v.lot_id
LEFT JOIN lots AS ol ON ol.organization_id = sqlc.arg(organization_id) AND ol.id = v.other_lot_id
JOIN locations AS p ON p.organization_id = sqlc.arg(organization_id) AND p.id = v.location_id
JOIN users AS u ON u.id = v.created_by
WHERE v.organization_id = sqlc.arg(organization_id)
  AND (CAST(sqlc.arg(item_kind) AS text) = '' OR i.kind = CAST(sqlc.arg(item_kind) AS text))
  AND (l.search_text LIKE CAST(sqlc.arg(pattern) AS text) ESCAPE '\' OR i.search_text LIKE CAST(sqlc.arg(pattern) AS text) ESCAPE '\')
ORDER BY v.id LIMIT sqlc.arg(count_of) OFFSET sqlc.arg(skip);

-- name: MaterialsBySKU :many
SELECT m.id, m.name, m.sku, m.unit, m.price, m.manual_price, m.minimum_stock, m.maximum_stock, m.category, m.density, m.supplier, m.supplier_code, m.lead_time_days, m.unit_fixed, m.notes, m.tags, m.archived_at, i.on_hand,
  CAST((SELECT COUNT(*) FROM lots AS l WHERE l.organization_id = sqlc.arg(organization_id) AND l.item_id = m.id) AS bigint) AS lot_count
FROM materials AS m JOIN items AS i ON i.organization_id = sqlc.arg(organization_id) AND i.id = m.id
WHERE m.organization_id = sqlc.arg(organization_id) AND m.sku IN (SELECT CAST(j.value AS text) FROM json_each(CAST(sqlc.arg(skus) AS list_text)) AS j);

-- name: MaterialsByName :many
SELECT name, sku FROM materials
WHERE organization_id = sqlc.arg(organization_id) AND name IN (SELECT CAST(j.value AS text) FROM json_each(CAST(sqlc.arg(names) AS list_text)) AS j);

-- name: PacksOfMaterials :many
SELECT material_id, name, quantity FROM material_packs
WHERE organization_id = sqlc.arg(organization_id) AND material_id IN (SELECT CAST(j.value AS uuid_text) FROM json_each(CAST(sqlc.arg(ids) AS list_text)) AS j)
ORDER BY material_id, position;

-- name: LotsByCode :many
SELECT code FROM lots
WHERE organization_id = sqlc.arg(organization_id) AND code IN (SELECT CAST(j.value AS text) FROM json_each(CAST(sqlc.arg(codes) AS list_text)) AS j);

-- Many materials at once; each is an object.
-- name: CreateMaterials :exec
INSERT INTO materials (organization_id, id, name, sku, unit, price, manual_price, minimum_stock, maximum_stock, category, density, supplier, supplier_code, lead_time_days, notes, tags, search_text, created_at, created_by, updated_at, updated_by)
SELECT CAST(sqlc.arg(organization_id) AS org_text), CAST(x.one ->> 'id' AS uuid_text), x.one ->> 'name', x.one ->> 'sku', x.one ->> 'unit', CAST(x.one ->> 'price' AS money_int), CAST(x.one ->> 'price' AS money_int),
  CAST(x.one ->> 'minimum' AS qty_int), CAST(x.one ->> 'maximum' AS qty_int), x.one ->> 'category', CAST(x.one ->> 'density' AS bigint), x.one ->> 'supplier', x.one ->> 'supplier_code', CAST(x.one ->> 'lead_days' AS bigint),
  x.one ->> 'notes', x.one ->> 'tags', x.one ->> 'search', CAST(sqlc.arg(created_at) AS ts_text), CAST(sqlc.arg(created_by) AS uuid_text), CAST(sqlc.arg(created_at) AS ts_text), CAST(sqlc.arg(created_by) AS uuid_text)
FROM (SELECT CAST(j.value AS json_text) AS one FROM json_each(CAST(sqlc.arg(materials) AS list_text)) AS j) AS x WHERE true
ON CONFLICT (organization_id, id) DO NOTHING;

-- name: SaveMaterialItems :exec
INSERT INTO items (organization_id, id, kind, material_id, name, sku, unit, search_text, on_hand)
SELECT CAST(sqlc.arg(organization_id) AS org_text), CAST(x.one ->> 'id' AS uuid_text), 'material', CAST(x.one ->> 'id' AS uuid_text), x.one ->> 'name', x.one ->> 'sku', x.one ->> 'unit', x.one ->> 'search', 0
FROM (SELECT CAST(j.value AS json_text) AS one FROM json_each(CAST(sqlc.arg(materials) AS list_text)) AS j) AS x WHERE true
ON CONFLICT (organization_id, id) DO NOTHING;
