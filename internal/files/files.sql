-- name: CreateFile :exec
INSERT INTO files (organization_id, id, purpose, media_type, size, sha256, created_at, created_by)
VALUES (sqlc.arg(organization_id), sqlc.arg(id), sqlc.arg(purpose), sqlc.arg(media_type), sqlc.arg(size), sqlc.arg(sha256), sqlc.arg(created_at), sqlc.arg(created_by));

-- name: NewestFile :one
SELECT f.id, f.purpose, f.media_type, f.size, f.sha256, f.created_at
FROM files AS f WHERE f.organization_id = sqlc.arg(organization_id) AND f.purpose = sqlc.arg(purpose)
ORDER BY f.created_at DESC, f.id DESC LIMIT 1;

-- name: GetFile :one
SELECT f.id, f.purpose, f.media_type, f.size, f.sha256, f.created_at
FROM files AS f WHERE f.organization_id = sqlc.arg(organization_id) AND f.id = sqlc.arg(id);

-- name: FileExists :one
SELECT COUNT(*) > 0 FROM files WHERE organization_id = sqlc.arg(organization_id) AND id = sqlc.arg(id);

-- name: DeleteFile :execrows
DELETE FROM files WHERE organization_id = $1 AND id = $2;

-- name: DeleteOtherFiles :many
DELETE FROM files WHERE organization_id = $1 AND purpose = $2 AND id <> $3 RETURNING id;

-- name: StorageUsed :one
SELECT CAST(COALESCE(SUM(f.size), 0) AS bigint) FROM files AS f WHERE f.organization_id = sqlc.arg(organization_id);

-- name: AllFiles :many
SELECT f.id, f.purpose, f.media_type, f.size, f.sha256, f.created_at FROM files AS f WHERE f.organization_id = sqlc.arg(organization_id) ORDER BY f.id;
