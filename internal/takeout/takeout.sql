-- name: CreateTakeout :exec
INSERT INTO takeouts (organization_id, id, status, row_count, done, size, failure, created_at, created_by)
VALUES (sqlc.arg(organization_id), sqlc.arg(id), 'waiting', 0, 0, 0, '', sqlc.arg(created_at), sqlc.arg(created_by));

-- The latest first.
-- name: Takeouts :many
SELECT t.id, t.status, t.row_count, t.done, t.size, t.failure, t.created_at, t.ended_at, u.name
FROM takeouts AS t JOIN users AS u ON u.id = t.created_by
WHERE t.organization_id = sqlc.arg(organization_id)
ORDER BY t.created_at DESC, t.id DESC;

-- name: NoteProgress :execrows
UPDATE takeouts SET row_count = $3, done = $4 WHERE organization_id = $1 AND id = $2 AND status = 'waiting';

-- name: EndTakeout :execrows
UPDATE takeouts SET status = $3, size = $4, failure = $5, ended_at = $6 WHERE organization_id = $1 AND id = $2 AND status = 'waiting';

-- name: DeleteTakeout :execrows
DELETE FROM takeouts WHERE organization_id = $1 AND id = $2;

-- name: DeleteOtherTakeouts :many
DELETE FROM takeouts WHERE organization_id = $1 AND id <> $2 RETURNING id;

-- Outside any organization: where a day of the schedule may have come.
-- name: Schedules :many
SELECT o.id, o.export_schedule, o.export_taken_on FROM organizations AS o WHERE o.status = 'active' ORDER BY o.id;

-- One server takes a day, once.
-- name: TakeDay :execrows
UPDATE organizations SET export_taken_on = sqlc.arg(today)
WHERE id = CAST(sqlc.arg(organization) AS org_text) AND status = 'active' AND (export_taken_on IS NULL OR export_taken_on < sqlc.arg(today));

-- name: NoteExported :execrows
UPDATE organizations SET exported_on = sqlc.arg(today)
WHERE id = CAST(sqlc.arg(organization) AS org_text) AND (exported_on IS NULL OR exported_on < sqlc.arg(today));

-- name: CountMissing :one
SELECT COUNT(*) FROM organizations
WHERE status = 'active' AND export_taken_on IS NOT NULL AND (exported_on IS NULL OR exported_on < export_taken_on);
