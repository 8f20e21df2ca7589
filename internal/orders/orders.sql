-- name: CreateOrder :exec
INSERT INTO orders (organization_id, id, reference, customer_id, status, payment_status, fulfilment, delivery_at, delivery_on, currency, tax_mode, tax_rate, discount_kind, discount_value, subtotal, discount_total, shipping_total, tax_total, total, notes, search_text, created_at, created_by, updated_at, updated_by)
VALUES (sqlc.arg(organization_id), sqlc.arg(id), sqlc.arg(reference), sqlc.arg(customer_id), 'unconfirmed', 'pending', sqlc.arg(fulfilment), sqlc.arg(delivery_at), sqlc.arg(delivery_on), sqlc.arg(currency), sqlc.arg(tax_mode), sqlc.arg(tax_rate), sqlc.arg(discount_kind), sqlc.arg(discount_value), sqlc.arg(subtotal), sqlc.arg(discount_total), sqlc.arg(shipping_total), sqlc.arg(tax_total), sqlc.arg(total), sqlc.arg(notes), sqlc.arg(search_text), sqlc.arg(created_at), sqlc.arg(created_by), sqlc.arg(created_at), sqlc.arg(created_by));

-- name: CreateLine :exec
INSERT INTO order_lines (organization_id, id, order_id, position, product_id, quantity, unit_price, price_source, price_list, line_total, produced_quantity, material_cost, labor_cost, overhead_cost)
VALUES (sqlc.arg(organization_id), sqlc.arg(id), sqlc.arg(order_id), sqlc.arg(position), sqlc.arg(product_id), sqlc.arg(quantity), sqlc.arg(unit_price), sqlc.arg(price_source), sqlc.arg(price_list), sqlc.arg(line_total), 0, 0, 0, 0);

-- name: GetOrder :one
SELECT o.id, o.reference, o.customer_id, c.name AS customer_name, c.reference AS customer_reference, o.status, o.payment_status, o.fulfilment, o.delivery_at, o.delivery_on, o.currency, o.tax_mode, o.tax_rate,
  o.discount_kind, o.discount_value, o.subtotal, o.discount_total, o.shipping_total, o.tax_total, o.total, o.notes, o.confirmed_at, o.started_at, o.ready_at, o.delivered_at, o.cancelled_at, o.created_at
FROM orders AS o JOIN customers AS c ON c.organization_id = sqlc.arg(organization_id) AND c.id = o.customer_id
WHERE o.organization_id = sqlc.arg(organization_id) AND o.reference = sqlc.arg(reference);

-- name: LinesOf :many
SELECT l.id, l.product_id, p.name, p.sku, l.quantity, l.unit_price, l.price_source, l.price_list, l.line_total, l.produced_quantity, l.material_cost, l.labor_cost, l.overhead_cost
FROM order_lines AS l JOIN products AS p ON p.organization_id = sqlc.arg(organization_id) AND p.id = l.product_id
WHERE l.organization_id = sqlc.arg(organization_id) AND l.order_id = sqlc.arg(order_id)
ORDER BY l.position;

-- name: OrdersOnDay :one
SELECT COUNT(*) FROM orders
WHERE organization_id = sqlc.arg(organization_id) AND delivery_on = sqlc.arg(delivery_on) AND status <> 'cancelled';

-- Counting stops at two hundred and fifty-one. Without a search it reads an index alone.
-- name: CountOrders :one
SELECT COUNT(*) FROM (
  SELECT 1 AS one FROM orders AS o
  WHERE o.organization_id = sqlc.arg(organization_id) AND (CAST(sqlc.arg(status) AS text) = '' OR o.status = CAST(sqlc.arg(status) AS text))
  LIMIT 251
) AS capped;

-- name: CountMatchingOrders :one
SELECT COUNT(*) FROM (
  SELECT 1 AS one FROM orders AS o
  WHERE o.organization_id = sqlc.arg(organization_id) AND (CAST(sqlc.arg(status) AS text) = '' OR o.status = CAST(sqlc.arg(status) AS text))
    AND o.search_text LIKE CAST(sqlc.arg(pattern) AS text) ESCAPE '\'
  LIMIT 251
) AS capped;

-- name: ListOrders :many
SELECT o.id, o.reference, c.name AS customer_name, o.status, o.payment_status, o.fulfilment, o.delivery_at, o.total
FROM orders AS o JOIN customers AS c ON c.organization_id = sqlc.arg(organization_id) AND c.id = o.customer_id
WHERE o.organization_id = sqlc.arg(organization_id) AND (CAST(sqlc.arg(status) AS text) = '' OR o.status = CAST(sqlc.arg(status) AS text))
  AND o.search_text LIKE CAST(sqlc.arg(pattern) AS text) ESCAPE '\'
ORDER BY o.delivery_at DESC, o.id DESC LIMIT sqlc.arg(count_of) OFFSET sqlc.arg(skip);

-- name: ListOrdersUp :many
SELECT o.id, o.reference, c.name AS customer_name, o.status, o.payment_status, o.fulfilment, o.delivery_at, o.total
FROM orders AS o JOIN customers AS c ON c.organization_id = sqlc.arg(organization_id) AND c.id = o.customer_id
WHERE o.organization_id = sqlc.arg(organization_id) AND (CAST(sqlc.arg(status) AS text) = '' OR o.status = CAST(sqlc.arg(status) AS text))
  AND o.search_text LIKE CAST(sqlc.arg(pattern) AS text) ESCAPE '\'
ORDER BY o.delivery_at, o.id LIMIT sqlc.arg(count_of) OFFSET sqlc.arg(skip);

-- name: SetStatus :execrows
UPDATE orders SET status = $4, confirmed_at = $5, started_at = $6, ready_at = $7, delivered_at = $8, cancelled_at = $9, updated_at = $10, updated_by = $11
WHERE organization_id = $1 AND id = $2 AND status = $3;

-- name: OrderOfLine :one
SELECT o.reference, o.status FROM order_lines AS l JOIN orders AS o ON o.organization_id = sqlc.arg(organization_id) AND o.id = l.order_id
WHERE l.organization_id = sqlc.arg(organization_id) AND l.id = sqlc.arg(id);

-- name: AddProduced :execrows
UPDATE order_lines SET produced_quantity = produced_quantity + $3, material_cost = material_cost + $4, labor_cost = labor_cost + $5, overhead_cost = overhead_cost + $6
WHERE organization_id = $1 AND id = $2;
