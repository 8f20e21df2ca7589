-- name: CreateBatch :exec
INSERT INTO batches (organization_id, id, code, day_number, product_id, recipe_id, status, scheduled_on, planned_quantity, produced_quantity, scrap_quantity, notes, material_cost, labor_cost, overhead_cost, unit_cost, created_at, created_by)
VALUES (sqlc.arg(organization_id), sqlc.arg(id), sqlc.arg(code), sqlc.arg(day_number), sqlc.arg(product_id), sqlc.narg(recipe_id), 'open', sqlc.arg(scheduled_on), sqlc.arg(planned_quantity), 0, 0, '', 0, 0, 0, 0, sqlc.arg(created_at), sqlc.arg(created_by));

-- name: CreateAllocation :exec
INSERT INTO allocations (organization_id, batch_id, order_line_id, planned_quantity, completed_quantity)
VALUES (sqlc.arg(organization_id), sqlc.arg(batch_id), sqlc.arg(order_line_id), sqlc.arg(planned_quantity), 0);

-- Lines of a product due on a day, and what is covered of them: what was made or set aside for them, and what is planned while a batch
-- is open or under way. A short batch leaves a rest to batch again. CROSS JOIN keeps SQLite at the order written:
-- from the day's few orders to their lines.
-- name: Unbatched :many
SELECT l.id, l.quantity, CAST(l.produced_quantity + COALESCE((
  SELECT SUM(a.planned_quantity)
  FROM allocations AS a JOIN batches AS b ON b.organization_id = sqlc.arg(organization_id) AND b.id = a.batch_id AND b.status IN ('open', 'in_progress')
  WHERE a.organization_id = sqlc.arg(organization_id) AND a.order_line_id = l.id
), 0) AS qty_int) AS covered
FROM orders AS o CROSS JOIN order_lines AS l
WHERE o.organization_id = sqlc.arg(organization_id) AND o.delivery_on = sqlc.arg(day) AND o.status IN ('confirmed', 'in_progress')
  AND l.organization_id = sqlc.arg(organization_id) AND l.order_id = o.id AND l.product_id = sqlc.arg(product_id)
ORDER BY o.delivery_at, l.id;

-- What of some products is set aside for orders that are not delivered yet: what was made for them; of an order that is ready, all of it.
-- name: ReservedPieces :many
SELECT l.product_id, CAST(SUM(CASE o.status WHEN 'ready' THEN l.quantity ELSE l.produced_quantity END) AS qty_int) AS reserved
FROM orders AS o CROSS JOIN order_lines AS l
WHERE o.organization_id = sqlc.arg(organization_id) AND o.status IN ('confirmed', 'in_progress', 'ready')
  AND l.organization_id = sqlc.arg(organization_id) AND l.order_id = o.id
  AND l.product_id IN (SELECT CAST(j.value AS uuid_text) FROM json_each(CAST(sqlc.arg(ids) AS list_text)) AS j)
GROUP BY l.product_id;

-- What orders due before a day still want of some products, and is covered by nothing.
-- name: WantedBefore :many
SELECT l.product_id, l.quantity, CAST(l.produced_quantity + COALESCE((
  SELECT SUM(a.planned_quantity)
  FROM allocations AS a JOIN batches AS b ON b.organization_id = sqlc.arg(organization_id) AND b.id = a.batch_id AND b.status IN ('open', 'in_progress')
  WHERE a.organization_id = sqlc.arg(organization_id) AND a.order_line_id = l.id
), 0) AS qty_int) AS covered
FROM orders AS o CROSS JOIN order_lines AS l
WHERE o.organization_id = sqlc.arg(organization_id) AND o.status IN ('confirmed', 'in_progress') AND o.delivery_on < sqlc.arg(day)
  AND l.organization_id = sqlc.arg(organization_id) AND l.order_id = o.id
  AND l.product_id IN (SELECT CAST(j.value AS uuid_text) FROM json_each(CAST(sqlc.arg(ids) AS list_text)) AS j);

-- The lot a batch made.
-- name: LotOfBatch :one
SELECT l.code FROM movements AS v JOIN lots AS l ON l.organization_id = sqlc.arg(organization_id) AND l.id = v.lot_id
WHERE v.organization_id = sqlc.arg(organization_id) AND v.source_kind = 'batch' AND v.source_id = sqlc.arg(batch_id) AND v.kind IN ('production', 'opening')
ORDER BY v.created_at DESC LIMIT 1;

-- name: GetBatch :one
SELECT b.id, b.code, b.day_number, b.product_id, p.name AS product_name, p.sku AS product_sku, b.recipe_id, b.status, b.scheduled_on, b.planned_quantity, b.produced_quantity, b.scrap_quantity,
  b.material_cost, b.labor_cost, b.overhead_cost, b.unit_cost, b.hourly_rate, b.overhead_rate, b.started_at, b.completed_at, b.created_at
FROM batches AS b JOIN products AS p ON p.organization_id = sqlc.arg(organization_id) AND p.id = b.product_id
WHERE b.organization_id = sqlc.arg(organization_id) AND b.code = sqlc.arg(code);

-- name: AllocationsOf :many
SELECT a.order_line_id, o.reference, c.name AS customer_name, o.delivery_at, a.planned_quantity, a.completed_quantity
FROM allocations AS a
JOIN order_lines AS l ON l.organization_id = sqlc.arg(organization_id) AND l.id = a.order_line_id
JOIN orders AS o ON o.organization_id = sqlc.arg(organization_id) AND o.id = l.order_id
JOIN customers AS c ON c.organization_id = sqlc.arg(organization_id) AND c.id = o.customer_id
WHERE a.organization_id = sqlc.arg(organization_id) AND a.batch_id = sqlc.arg(batch_id)
ORDER BY o.delivery_at, a.order_line_id;

-- name: ComponentsOf :many
SELECT b.material_id, m.name, m.sku, m.unit, b.quantity, b.yield
FROM batch_components AS b JOIN materials AS m ON m.organization_id = sqlc.arg(organization_id) AND m.id = b.material_id
WHERE b.organization_id = sqlc.arg(organization_id) AND b.batch_id = sqlc.arg(batch_id)
ORDER BY m.name, m.id;

-- What a batch took from lots, as far as it was not taken back.
-- name: ConsumptionsOf :many
SELECT i.name, i.unit, l.code, CAST(SUM(-v.quantity) AS qty_int) AS quantity, CAST(SUM(-v.value) AS money_int) AS cost
FROM movements AS v
JOIN lots AS l ON l.organization_id = sqlc.arg(organization_id) AND l.id = v.lot_id
JOIN items AS i ON i.organization_id = sqlc.arg(organization_id) AND i.id = v.item_id
WHERE v.organization_id = sqlc.arg(organization_id) AND v.source_kind = 'batch' AND v.source_id = sqlc.arg(batch_id) AND v.kind = 'consumption'
  AND NOT EXISTS (SELECT 1 FROM movements AS r WHERE r.organization_id = sqlc.arg(organization_id) AND r.reverses_id = v.id)
GROUP BY i.id, i.name, i.unit, l.code ORDER BY i.name, l.code;

-- name: StartBatch :execrows
UPDATE batches SET status = 'in_progress', recipe_id = $3, started_at = $4, started_by = $5
WHERE organization_id = $1 AND id = $2 AND status = 'open';

-- name: CreateComponent :exec
INSERT INTO batch_components (organization_id, batch_id, material_id, quantity, yield)
VALUES (sqlc.arg(organization_id), sqlc.arg(batch_id), sqlc.arg(material_id), sqlc.arg(quantity), sqlc.arg(yield));

-- name: CompleteBatch :execrows
UPDATE batches SET status = 'completed', produced_quantity = $3, scrap_quantity = $4, completed_at = $5, completed_by = $6
WHERE organization_id = $1 AND id = $2 AND status = 'in_progress';

-- name: ReopenBatch :execrows
UPDATE batches SET status = 'in_progress', produced_quantity = 0, scrap_quantity = 0, completed_at = NULL, completed_by = NULL,
  material_cost = 0, labor_cost = 0, overhead_cost = 0, unit_cost = 0, hourly_rate = NULL, overhead_rate = NULL
WHERE organization_id = $1 AND id = $2 AND status = 'completed';

-- name: RecordCost :execrows
UPDATE batches SET material_cost = $3, labor_cost = $4, overhead_cost = $5, unit_cost = $6, hourly_rate = $7, overhead_rate = $8
WHERE organization_id = $1 AND id = $2;

-- name: CancelBatch :execrows
UPDATE batches SET status = 'cancelled' WHERE organization_id = $1 AND id = $2 AND status = 'open';

-- name: DeleteAllocations :exec
DELETE FROM allocations WHERE organization_id = sqlc.arg(organization_id) AND batch_id = sqlc.arg(batch_id);

-- name: CompleteAllocation :execrows
UPDATE allocations SET completed_quantity = $4 WHERE organization_id = $1 AND batch_id = $2 AND order_line_id = $3;

-- The batches that hold lines of an order.
-- name: BatchesOfOrder :many
SELECT a.order_line_id, b.id AS batch_id, b.code, b.day_number, b.status, a.planned_quantity, a.completed_quantity
FROM allocations AS a
JOIN batches AS b ON b.organization_id = sqlc.arg(organization_id) AND b.id = a.batch_id
JOIN order_lines AS l ON l.organization_id = sqlc.arg(organization_id) AND l.id = a.order_line_id
WHERE a.organization_id = sqlc.arg(organization_id) AND l.order_id = sqlc.arg(order_id)
ORDER BY b.created_at, b.code;

-- name: ReleaseAllocation :execrows
DELETE FROM allocations
WHERE organization_id = sqlc.arg(organization_id) AND batch_id = sqlc.arg(batch_id) AND order_line_id = sqlc.arg(order_line_id);

-- name: ReducePlan :execrows
UPDATE batches SET planned_quantity = planned_quantity - $3
WHERE organization_id = $1 AND id = $2 AND status = 'open' AND planned_quantity > $3;

-- name: CountBatches :one
SELECT COUNT(*) FROM batches AS b JOIN products AS p ON p.organization_id = sqlc.arg(organization_id) AND p.id = b.product_id
WHERE b.organization_id = sqlc.arg(organization_id) AND (CAST(sqlc.arg(status) AS text) = '' OR b.status = CAST(sqlc.arg(status) AS text))
  AND (p.search_text LIKE CAST(sqlc.arg(pattern) AS text) ESCAPE '\' OR LOWER(b.code) LIKE CAST(sqlc.arg(pattern) AS text) ESCAPE '\');

-- name: ListBatches :many
SELECT b.code, b.day_number, p.name AS product_name, p.sku AS product_sku, b.status, b.scheduled_on, b.planned_quantity, b.produced_quantity, b.unit_cost
FROM batches AS b JOIN products AS p ON p.organization_id = sqlc.arg(organization_id) AND p.id = b.product_id
WHERE b.organization_id = sqlc.arg(organization_id) AND (CAST(sqlc.arg(status) AS text) = '' OR b.status = CAST(sqlc.arg(status) AS text))
  AND (p.search_text LIKE CAST(sqlc.arg(pattern) AS text) ESCAPE '\' OR LOWER(b.code) LIKE CAST(sqlc.arg(pattern) AS text) ESCAPE '\')
ORDER BY b.scheduled_on DESC, b.code DESC LIMIT sqlc.arg(count_of) OFFSET sqlc.arg(skip);

-- name: OrdersDue :many
SELECT o.reference, c.name AS customer_name, o.status, o.fulfilment, o.delivery_at, o.total
FROM orders AS o JOIN customers AS c ON c.organization_id = sqlc.arg(organization_id) AND c.id = o.customer_id
WHERE o.organization_id = sqlc.arg(organization_id) AND o.delivery_on = sqlc.arg(day) AND o.status <> 'cancelled'
ORDER BY o.delivery_at, o.reference;

-- Nothing is to be made any more for an order that is ready or further, whoever made it.
-- name: DemandOfDay :many
SELECT p.id, p.name, p.sku, CAST(SUM(l.quantity) AS qty_int) AS needed,
  CAST(SUM(CASE WHEN o.status IN ('confirmed', 'in_progress') THEN l.produced_quantity ELSE l.quantity END) AS qty_int) AS made, COUNT(*) AS lines
FROM orders AS o CROSS JOIN order_lines AS l CROSS JOIN products AS p
WHERE o.organization_id = sqlc.arg(organization_id) AND o.delivery_on = sqlc.arg(day) AND o.status NOT IN ('cancelled', 'unconfirmed')
  AND l.organization_id = sqlc.arg(organization_id) AND l.order_id = o.id
  AND p.organization_id = sqlc.arg(organization_id) AND p.id = l.product_id
GROUP BY p.id, p.name, p.sku ORDER BY p.name, p.id;

-- name: BatchesForDay :many
SELECT b.product_id, b.code, b.status, CAST(SUM(a.planned_quantity) AS qty_int) AS planned
FROM orders AS o CROSS JOIN order_lines AS l CROSS JOIN allocations AS a CROSS JOIN batches AS b
WHERE o.organization_id = sqlc.arg(organization_id) AND o.delivery_on = sqlc.arg(day)
  AND l.organization_id = sqlc.arg(organization_id) AND l.order_id = o.id
  AND a.organization_id = sqlc.arg(organization_id) AND a.order_line_id = l.id
  AND b.organization_id = sqlc.arg(organization_id) AND b.id = a.batch_id AND b.status IN ('open', 'in_progress')
GROUP BY b.product_id, b.code, b.status ORDER BY b.code;

-- name: StepsOf :many
SELECT s.product_id, p.name AS product_name, s.name, s.minutes, s.pieces, s.hourly_rate, s.cost
FROM batch_steps AS s JOIN products AS p ON p.organization_id = sqlc.arg(organization_id) AND p.id = s.product_id
WHERE s.organization_id = sqlc.arg(organization_id) AND s.batch_id = sqlc.arg(batch_id)
ORDER BY s.position;

-- name: CreateStep :exec
INSERT INTO batch_steps (organization_id, batch_id, position, product_id, name, minutes, pieces, hourly_rate, cost)
VALUES (sqlc.arg(organization_id), sqlc.arg(batch_id), sqlc.arg(position), sqlc.arg(product_id), sqlc.arg(name), sqlc.arg(minutes), sqlc.arg(pieces), sqlc.narg(hourly_rate), 0);

-- name: RecordStepCost :execrows
UPDATE batch_steps SET cost = $4 WHERE organization_id = $1 AND batch_id = $2 AND position = $3;
