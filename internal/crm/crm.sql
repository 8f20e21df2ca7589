-- name: CreateCustomer :exec
INSERT INTO customers (organization_id, id, reference, kind, name, contact_name, email, phone, notes, search_text, created_at, created_by, updated_at, updated_by)
VALUES (sqlc.arg(organization_id), sqlc.arg(id), sqlc.arg(reference), sqlc.arg(kind), sqlc.arg(name), sqlc.arg(contact_name), sqlc.arg(email), sqlc.arg(phone), sqlc.arg(notes), sqlc.arg(search_text), sqlc.arg(created_at), sqlc.arg(created_by), sqlc.arg(created_at), sqlc.arg(created_by));

-- name: UpdateCustomer :execrows
UPDATE customers SET kind = $3, name = $4, contact_name = $5, email = $6, phone = $7, notes = $8, search_text = $9, updated_at = $10, updated_by = $11
WHERE organization_id = $1 AND id = $2;

-- name: SetCustomerArchived :execrows
UPDATE customers SET archived_at = $3, updated_at = $4, updated_by = $5
WHERE organization_id = $1 AND id = $2;

-- name: GetCustomer :one
SELECT id, reference, kind, name, contact_name, email, phone, notes, archived_at, created_at
FROM customers WHERE organization_id = sqlc.arg(organization_id) AND reference = sqlc.arg(reference);

-- name: GetCustomerByID :one
SELECT id, reference, kind, name, contact_name, email, phone, notes, archived_at, created_at
FROM customers WHERE organization_id = sqlc.arg(organization_id) AND id = sqlc.arg(id);

-- name: SaveAddress :exec
INSERT INTO addresses (organization_id, id, customer_id, kind, street, city, region, postal_code, country)
VALUES (sqlc.arg(organization_id), sqlc.arg(id), sqlc.arg(customer_id), sqlc.arg(kind), sqlc.arg(street), sqlc.arg(city), sqlc.arg(region), sqlc.arg(postal_code), sqlc.arg(country))
ON CONFLICT (organization_id, customer_id, kind) DO UPDATE SET
  street = excluded.street, city = excluded.city, region = excluded.region, postal_code = excluded.postal_code, country = excluded.country;

-- name: DeleteAddress :exec
DELETE FROM addresses
WHERE organization_id = sqlc.arg(organization_id) AND customer_id = sqlc.arg(customer_id) AND kind = sqlc.arg(kind);

-- name: AddressesOf :many
SELECT kind, street, city, region, postal_code, country
FROM addresses WHERE organization_id = sqlc.arg(organization_id) AND customer_id = sqlc.arg(customer_id)
ORDER BY kind;

-- name: CountCustomers :one
SELECT COUNT(*) FROM customers
WHERE organization_id = sqlc.arg(organization_id) AND (archived_at IS NOT NULL) = CAST(sqlc.arg(archived) AS boolean)
  AND search_text LIKE CAST(sqlc.arg(pattern) AS text) ESCAPE '\';

-- name: ListCustomersByName :many
SELECT id, reference, kind, name, contact_name, email, phone
FROM customers
WHERE organization_id = sqlc.arg(organization_id) AND (archived_at IS NOT NULL) = CAST(sqlc.arg(archived) AS boolean)
  AND search_text LIKE CAST(sqlc.arg(pattern) AS text) ESCAPE '\'
ORDER BY name, id LIMIT sqlc.arg(count_of) OFFSET sqlc.arg(skip);

-- name: ListCustomersByNameDown :many
SELECT id, reference, kind, name, contact_name, email, phone
FROM customers
WHERE organization_id = sqlc.arg(organization_id) AND (archived_at IS NOT NULL) = CAST(sqlc.arg(archived) AS boolean)
  AND search_text LIKE CAST(sqlc.arg(pattern) AS text) ESCAPE '\'
ORDER BY name DESC, id DESC LIMIT sqlc.arg(count_of) OFFSET sqlc.arg(skip);

-- name: ListCustomersNewest :many
SELECT id, reference, kind, name, contact_name, email, phone
FROM customers
WHERE organization_id = sqlc.arg(organization_id) AND (archived_at IS NOT NULL) = CAST(sqlc.arg(archived) AS boolean)
  AND search_text LIKE CAST(sqlc.arg(pattern) AS text) ESCAPE '\'
ORDER BY created_at DESC, id DESC LIMIT sqlc.arg(count_of) OFFSET sqlc.arg(skip);

-- name: CustomerOptions :many
SELECT reference, name FROM customers
WHERE organization_id = sqlc.arg(organization_id) AND archived_at IS NULL
ORDER BY name, id;
