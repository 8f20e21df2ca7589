-- name: Provider :one
SELECT name, issuer, client_id, client_secret_sealed, domains, join_role, enabled FROM identity_providers
WHERE organization_id = sqlc.arg(organization_id);

-- name: ChangeProvider :exec
INSERT INTO identity_providers (organization_id, name, issuer, client_id, client_secret_sealed, domains, join_role, enabled, updated_at)
VALUES (sqlc.arg(organization_id), sqlc.arg(name), sqlc.arg(issuer), sqlc.arg(client_id), sqlc.arg(client_secret_sealed), sqlc.arg(domains), sqlc.arg(join_role), sqlc.arg(enabled), sqlc.arg(updated_at))
ON CONFLICT (organization_id) DO UPDATE SET name = excluded.name, issuer = excluded.issuer, client_id = excluded.client_id, client_secret_sealed = excluded.client_secret_sealed,
  domains = excluded.domains, join_role = excluded.join_role, enabled = excluded.enabled, updated_at = excluded.updated_at;

-- name: RemoveProvider :execrows
DELETE FROM identity_providers WHERE organization_id = sqlc.arg(organization_id);

-- name: Identity :one
SELECT i.user_id, m.status
FROM identities AS i
JOIN memberships AS m ON m.organization_id = sqlc.arg(organization_id) AND m.user_id = i.user_id
WHERE i.organization_id = sqlc.arg(organization_id) AND i.issuer = sqlc.arg(issuer) AND i.subject = sqlc.arg(subject);

-- name: Identities :many
SELECT user_id, created_at, last_used_at FROM identities WHERE organization_id = sqlc.arg(organization_id);

-- name: Connected :one
SELECT COUNT(*) > 0 FROM identities WHERE organization_id = sqlc.arg(organization_id) AND user_id = sqlc.arg(user_id);

-- name: CreateIdentity :exec
INSERT INTO identities (organization_id, issuer, subject, user_id, created_at, last_used_at)
VALUES (sqlc.arg(organization_id), sqlc.arg(issuer), sqlc.arg(subject), sqlc.arg(user_id), sqlc.arg(created_at), sqlc.arg(created_at));

-- name: UseIdentity :execrows
UPDATE identities SET last_used_at = $4 WHERE organization_id = $1 AND issuer = $2 AND subject = $3;

-- name: RemoveIdentityOf :execrows
DELETE FROM identities WHERE organization_id = sqlc.arg(organization_id) AND user_id = sqlc.arg(user_id);

-- name: RemoveIdentities :exec
DELETE FROM identities WHERE organization_id = sqlc.arg(organization_id);

-- Who has an address here, whatever their standing, and whether somebody at the provider is them already.
-- name: Bearer :one
SELECT m.user_id, u.name, m.role, m.status,
  (SELECT COUNT(*) FROM identities AS i WHERE i.organization_id = sqlc.arg(organization_id) AND i.user_id = m.user_id) AS connected
FROM memberships AS m JOIN users AS u ON u.id = m.user_id
WHERE m.organization_id = sqlc.arg(organization_id) AND u.email = sqlc.arg(email);

-- name: MemberName :one
SELECT u.name FROM memberships AS m JOIN users AS u ON u.id = m.user_id
WHERE m.organization_id = sqlc.arg(organization_id) AND m.user_id = sqlc.arg(user_id);
