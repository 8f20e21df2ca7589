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
SELECT c.id, c.reference, c.kind, c.name, c.contact_name, c.email, c.phone, CAST(COALESCE(g.name, '') AS text) AS group_name
FROM customers AS c
LEFT JOIN customer_group_members AS m ON m.organization_id = sqlc.arg(organization_id) AND m.customer_id = c.id
LEFT JOIN customer_groups AS g ON g.organization_id = sqlc.arg(organization_id) AND g.id = m.group_id
WHERE c.organization_id = sqlc.arg(organization_id) AND (c.archived_at IS NOT NULL) = CAST(sqlc.arg(archived) AS boolean)
  AND c.search_text LIKE CAST(sqlc.arg(pattern) AS text) ESCAPE '\'
ORDER BY c.name, c.id LIMIT sqlc.arg(count_of) OFFSET sqlc.arg(skip);

-- name: ListCustomersByNameDown :many
SELECT c.id, c.reference, c.kind, c.name, c.contact_name, c.email, c.phone, CAST(COALESCE(g.name, '') AS text) AS group_name
FROM customers AS c
LEFT JOIN customer_group_members AS m ON m.organization_id = sqlc.arg(organization_id) AND m.customer_id = c.id
LEFT JOIN customer_groups AS g ON g.organization_id = sqlc.arg(organization_id) AND g.id = m.group_id
WHERE c.organization_id = sqlc.arg(organization_id) AND (c.archived_at IS NOT NULL) = CAST(sqlc.arg(archived) AS boolean)
  AND c.search_text LIKE CAST(sqlc.arg(pattern) AS text) ESCAPE '\'
ORDER BY c.name DESC, c.id DESC LIMIT sqlc.arg(count_of) OFFSET sqlc.arg(skip);

-- name: ListCustomersNewest :many
SELECT c.id, c.reference, c.kind, c.name, c.contact_name, c.email, c.phone, CAST(COALESCE(g.name, '') AS text) AS group_name
FROM customers AS c
LEFT JOIN customer_group_members AS m ON m.organization_id = sqlc.arg(organization_id) AND m.customer_id = c.id
LEFT JOIN customer_groups AS g ON g.organization_id = sqlc.arg(organization_id) AND g.id = m.group_id
WHERE c.organization_id = sqlc.arg(organization_id) AND (c.archived_at IS NOT NULL) = CAST(sqlc.arg(archived) AS boolean)
  AND c.search_text LIKE CAST(sqlc.arg(pattern) AS text) ESCAPE '\'
ORDER BY c.created_at DESC, c.id DESC LIMIT sqlc.arg(count_of) OFFSET sqlc.arg(skip);

-- name: CustomerOptions :many
SELECT reference, name FROM customers
WHERE organization_id = sqlc.arg(organization_id) AND archived_at IS NULL
ORDER BY name, id;

-- name: ListGroups :many
SELECT g.id, g.name,
  (SELECT COUNT(*) FROM customer_group_members AS m WHERE m.organization_id = sqlc.arg(organization_id) AND m.group_id = g.id) AS customers
FROM customer_groups AS g WHERE g.organization_id = sqlc.arg(organization_id)
ORDER BY g.name, g.id;

-- name: CreateGroup :exec
INSERT INTO customer_groups (organization_id, id, name) VALUES (sqlc.arg(organization_id), sqlc.arg(id), sqlc.arg(name));

-- name: RenameGroup :execrows
UPDATE customer_groups SET name = $3 WHERE organization_id = $1 AND id = $2;

-- name: DeleteGroup :execrows
DELETE FROM customer_groups WHERE organization_id = sqlc.arg(organization_id) AND id = sqlc.arg(id);

-- name: EmptyGroup :exec
DELETE FROM customer_group_members WHERE organization_id = sqlc.arg(organization_id) AND group_id = sqlc.arg(group_id);

-- name: LeaveGroup :exec
DELETE FROM customer_group_members WHERE organization_id = sqlc.arg(organization_id) AND customer_id = sqlc.arg(customer_id);

-- name: JoinGroup :exec
INSERT INTO customer_group_members (organization_id, customer_id, group_id)
VALUES (sqlc.arg(organization_id), sqlc.arg(customer_id), sqlc.arg(group_id))
ON CONFLICT (organization_id, customer_id) DO UPDATE SET group_id = excluded.group_id;

-- name: GroupOf :one
SELECT g.id, g.name FROM customer_group_members AS m
JOIN customer_groups AS g ON g.organization_id = sqlc.arg(organization_id) AND g.id = m.group_id
WHERE m.organization_id = sqlc.arg(organization_id) AND m.customer_id = sqlc.arg(customer_id);
