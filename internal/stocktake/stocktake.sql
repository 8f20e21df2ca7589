-- What stands on the shelves and fits a choice: each lot at each place.
-- name: StockToCount :many
SELECT s.item_id, s.lot_id, s.location_id, s.on_hand
FROM stock AS s
JOIN lots AS l ON l.organization_id = sqlc.arg(organization_id) AND l.id = s.lot_id
JOIN items AS i ON i.organization_id = sqlc.arg(organization_id) AND i.id = s.item_id
JOIN locations AS p ON p.organization_id = sqlc.arg(organization_id) AND p.id = s.location_id
LEFT JOIN materials AS m ON m.organization_id = sqlc.arg(organization_id) AND m.id = i.material_id
WHERE s.organization_id = sqlc.arg(organization_id) AND s.on_hand > 0 AND l.kind = 'stock' AND p.kind = 'place'
  AND (CAST(sqlc.arg(item_kind) AS text) = '' OR i.kind = CAST(sqlc.arg(item_kind) AS text))
  AND (CAST(sqlc.arg(category) AS text) = '' OR m.category = CAST(sqlc.arg(category) AS text))
  AND (CAST(sqlc.narg(location_id) AS uuid_text) IS NULL OR p.id = CAST(sqlc.narg(location_id) AS uuid_text))
  AND (CAST(sqlc.narg(until) AS date_text) IS NULL OR l.expires_on <= CAST(sqlc.narg(until) AS date_text))
ORDER BY CASE WHEN p.id = p.organization_id THEN 0 ELSE 1 END, p.name, i.name, l.expires_on NULLS LAST, l.code
LIMIT sqlc.arg(count_of);

-- name: CreateCount :exec
INSERT INTO counts (organization_id, id, reference, status, blind, scope, started_at, started_by)
VALUES (sqlc.arg(organization_id), sqlc.arg(id), sqlc.arg(reference), 'open', sqlc.arg(blind), sqlc.arg(scope), sqlc.arg(started_at), sqlc.arg(started_by));

-- name: CreateLine :exec
INSERT INTO count_lines (organization_id, count_id, position, item_id, lot_id, location_id, expected, weighed, reason, revision)
VALUES (sqlc.arg(organization_id), sqlc.arg(count_id), sqlc.arg(position), sqlc.arg(item_id), sqlc.arg(lot_id), sqlc.arg(location_id), sqlc.arg(expected), '', '', 0);

-- name: GetCount :one
SELECT c.id, c.reference, c.status, c.blind, c.scope, c.started_at, u.name AS started_by, c.ended_at, COALESCE(e.name, '') AS ended_by, r.undone_at, COALESCE(b.name, '') AS undone_by, COALESCE(r.reason, '') AS undone_reason
FROM counts AS c JOIN users AS u ON u.id = c.started_by LEFT JOIN users AS e ON e.id = c.ended_by
LEFT JOIN count_reversals AS r ON r.organization_id = sqlc.arg(organization_id) AND r.count_id = c.id LEFT JOIN users AS b ON b.id = r.undone_by
WHERE c.organization_id = sqlc.arg(organization_id) AND c.reference = sqlc.arg(reference);

-- What a line's lot should have is what it had by the ledger when it was counted, or has now; what was taken back never was.
-- name: LinesOfCount :many
SELECT c.position, c.item_id, i.kind AS item_kind, i.name, i.sku, i.unit, CAST(COALESCE(m.density, 0) AS bigint) AS density, c.lot_id, l.code, l.status AS lot_status, l.expires_on, l.on_hand AS lot_on_hand, l.value AS lot_value, l.unit_cost,
  c.location_id, p.name AS location, c.expected, c.counted, c.counted_at, c.counted_by, COALESCE(u.name, '') AS counter, c.weighed, c.reason, c.revision, c.difference, c.difference_value,
  CAST((SELECT COALESCE(SUM(v.quantity), 0) FROM movements AS v
    WHERE v.organization_id = sqlc.arg(organization_id) AND v.lot_id = c.lot_id AND v.location_id = c.location_id AND v.kind <> 'reversal'
      AND (c.counted_at IS NULL OR v.occurred_at <= c.counted_at)
      AND NOT EXISTS (SELECT 1 FROM movements AS r WHERE r.organization_id = sqlc.arg(organization_id) AND r.reverses_id = v.id)) AS qty_int) AS book
FROM count_lines AS c
JOIN lots AS l ON l.organization_id = sqlc.arg(organization_id) AND l.id = c.lot_id
JOIN items AS i ON i.organization_id = sqlc.arg(organization_id) AND i.id = c.item_id
JOIN locations AS p ON p.organization_id = sqlc.arg(organization_id) AND p.id = c.location_id
LEFT JOIN materials AS m ON m.organization_id = sqlc.arg(organization_id) AND m.id = i.material_id
LEFT JOIN users AS u ON u.id = c.counted_by
WHERE c.organization_id = sqlc.arg(organization_id) AND c.count_id = sqlc.arg(count_id)
ORDER BY c.position;

-- Somebody's own figure may be counted again, another's only by who has seen it.
-- name: RecordLine :execrows
UPDATE count_lines SET counted = $4, counted_at = $5, counted_by = $6, weighed = $7, reason = $8, revision = revision + 1
WHERE organization_id = $1 AND count_id = $2 AND position = $3 AND (revision = $9 OR counted_by = $6);

-- name: SettleLine :execrows
UPDATE count_lines SET difference = $4, difference_value = $5
WHERE organization_id = $1 AND count_id = $2 AND position = $3;

-- name: EndCount :execrows
UPDATE counts SET status = $3, ended_at = $4, ended_by = $5
WHERE organization_id = $1 AND id = $2 AND status = 'open';

-- name: UndoCount :exec
INSERT INTO count_reversals (organization_id, count_id, undone_at, undone_by, reason)
VALUES (sqlc.arg(organization_id), sqlc.arg(count_id), sqlc.arg(undone_at), sqlc.arg(undone_by), sqlc.arg(reason));

-- name: ListCounts :many
SELECT c.reference, c.status, c.blind, c.scope, c.started_at, u.name AS started_by, c.ended_at,
  EXISTS (SELECT 1 FROM count_reversals AS r WHERE r.organization_id = sqlc.arg(organization_id) AND r.count_id = c.id) AS undone,
  CAST((SELECT COUNT(*) FROM count_lines AS a WHERE a.organization_id = sqlc.arg(organization_id) AND a.count_id = c.id) AS bigint) AS lines,
  CAST((SELECT COUNT(*) FROM count_lines AS b WHERE b.organization_id = sqlc.arg(organization_id) AND b.count_id = c.id AND b.counted IS NOT NULL) AS bigint) AS counted,
  CAST((SELECT COUNT(*) FROM count_lines AS d WHERE d.organization_id = sqlc.arg(organization_id) AND d.count_id = c.id AND d.difference = 0) AS bigint) AS exact,
  CAST((SELECT COALESCE(SUM(e.difference_value), 0) FROM count_lines AS e WHERE e.organization_id = sqlc.arg(organization_id) AND e.count_id = c.id) AS money_int) AS value
FROM counts AS c JOIN users AS u ON u.id = c.started_by
WHERE c.organization_id = sqlc.arg(organization_id)
ORDER BY c.started_at DESC, c.id DESC LIMIT sqlc.arg(count_of) OFFSET sqlc.arg(skip);

-- name: CountCounts :one
SELECT COUNT(*) FROM counts WHERE organization_id = sqlc.arg(organization_id);

-- name: Containers :many
SELECT id, name, tare FROM containers WHERE organization_id = sqlc.arg(organization_id) ORDER BY name, id;

-- name: CreateContainer :exec
INSERT INTO containers (organization_id, id, name, tare)
VALUES (sqlc.arg(organization_id), sqlc.arg(id), sqlc.arg(name), sqlc.arg(tare));

-- name: UpdateContainer :execrows
UPDATE containers SET name = $3, tare = $4 WHERE organization_id = $1 AND id = $2;

-- name: DeleteContainer :execrows
DELETE FROM containers WHERE organization_id = sqlc.arg(organization_id) AND id = sqlc.arg(id);
