-- name: CreateSettings :exec
INSERT INTO settings (organization_id, tax_mode, tax_rate, lead_time_days, daily_capacity, shipping_flat, labor_hourly_rate, overhead_rate, updated_at)
VALUES (sqlc.arg(organization_id), sqlc.arg(tax_mode), sqlc.arg(tax_rate), sqlc.arg(lead_time_days), sqlc.arg(daily_capacity), sqlc.arg(shipping_flat), sqlc.arg(labor_hourly_rate), sqlc.arg(overhead_rate), sqlc.arg(updated_at));

-- name: GetSettings :one
SELECT tax_mode, tax_rate, lead_time_days, daily_capacity, shipping_flat, labor_hourly_rate, overhead_rate,
  retail_markup, retail_value, retail_ending, wholesale_markup, wholesale_value, wholesale_ending
FROM settings WHERE organization_id = sqlc.arg(organization_id);

-- name: UpdateSettings :execrows
UPDATE settings SET tax_mode = $2, tax_rate = $3, lead_time_days = $4, daily_capacity = $5, shipping_flat = $6, labor_hourly_rate = $7, overhead_rate = $8, updated_at = $9,
  retail_markup = $10, retail_value = $11, retail_ending = $12, wholesale_markup = $13, wholesale_value = $14, wholesale_ending = $15
WHERE organization_id = $1;

-- name: NextNumber :one
INSERT INTO sequences (organization_id, name, year, next_value)
VALUES (sqlc.arg(organization_id), sqlc.arg(name), sqlc.arg(year), 2)
ON CONFLICT (organization_id, name, year) DO UPDATE SET next_value = sequences.next_value + 1
RETURNING CAST(next_value - 1 AS bigint) AS number;

-- name: GetLabels :one
SELECT law, producer, address FROM label_settings WHERE organization_id = sqlc.arg(organization_id);

-- name: SaveLabels :exec
INSERT INTO label_settings (organization_id, law, producer, address, updated_at)
VALUES (sqlc.arg(organization_id), sqlc.arg(law), sqlc.arg(producer), sqlc.arg(address), sqlc.arg(updated_at))
ON CONFLICT (organization_id) DO UPDATE SET law = excluded.law, producer = excluded.producer, address = excluded.address, updated_at = excluded.updated_at;
