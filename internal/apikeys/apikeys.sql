-- name: CreateKey :exec
INSERT INTO api_keys (organization_id, id, name, prefix, secret_hash, scopes, expires_on, created_at, created_by)
VALUES (sqlc.arg(organization_id), sqlc.arg(id), sqlc.arg(name), sqlc.arg(prefix), sqlc.arg(secret_hash), sqlc.arg(scopes), sqlc.narg(expires_on), sqlc.arg(created_at), sqlc.arg(created_by));

-- The key of a secret, its present one or the one before.
-- name: KeyBySecret :one
SELECT id, name, prefix, secret_hash, former_until, scopes, expires_on, last_used_at, revoked_at, created_at, created_by
FROM api_keys
WHERE organization_id = sqlc.arg(organization_id) AND (secret_hash = sqlc.arg(secret_hash) OR former_hash = sqlc.arg(secret_hash));

-- name: GetKey :one
SELECT id, name, prefix, secret_hash, former_until, scopes, expires_on, last_used_at, revoked_at, created_at, created_by
FROM api_keys WHERE organization_id = sqlc.arg(organization_id) AND id = sqlc.arg(id);

-- name: ListKeys :many
SELECT k.id, k.name, k.prefix, k.former_until, k.scopes, k.expires_on, k.last_used_at, k.revoked_at, k.created_at, k.created_by, u.name AS maker, m.status AS standing, u.disabled_at
FROM api_keys AS k
JOIN memberships AS m ON m.organization_id = sqlc.arg(organization_id) AND m.user_id = k.created_by
JOIN users AS u ON u.id = k.created_by
WHERE k.organization_id = sqlc.arg(organization_id)
ORDER BY k.created_at DESC, k.id DESC LIMIT sqlc.arg(count_of) OFFSET sqlc.arg(skip);

-- name: CountKeys :one
SELECT COUNT(*) FROM api_keys WHERE organization_id = sqlc.arg(organization_id);

-- name: CountWorking :one
SELECT COUNT(*) FROM api_keys
WHERE organization_id = sqlc.arg(organization_id) AND revoked_at IS NULL AND (expires_on IS NULL OR expires_on >= sqlc.arg(today));

-- name: RotateKey :execrows
UPDATE api_keys SET prefix = $4, secret_hash = $5, former_hash = $6, former_until = $7
WHERE organization_id = $1 AND id = $2 AND secret_hash = $3 AND revoked_at IS NULL;

-- name: RevokeKey :execrows
UPDATE api_keys SET revoked_at = $3 WHERE organization_id = $1 AND id = $2 AND revoked_at IS NULL;

-- name: TouchKey :execrows
UPDATE api_keys SET last_used_at = $3 WHERE organization_id = $1 AND id = $2;
