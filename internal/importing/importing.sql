-- name: CreateImport :exec
INSERT INTO imports (organization_id, id, kind, file_id, file_name, status, columns, whole, row_count, done, created, updated, unchanged, refused, undone, kept, failure, created_at, created_by)
VALUES (sqlc.arg(organization_id), sqlc.arg(id), sqlc.arg(kind), sqlc.narg(file_id), sqlc.arg(file_name), 'mapping', sqlc.arg(columns), FALSE, sqlc.arg(row_count), 0, 0, 0, 0, 0, 0, 0, '', sqlc.arg(created_at), sqlc.arg(created_by));

-- name: SaveImport :execrows
UPDATE imports SET file_id = $3, status = $4, columns = $5, whole = $6, done = $7, created = $8, updated = $9, unchanged = $10, refused = $11, undone = $12, kept = $13, failure = $14, started_at = $15, ended_at = $16
WHERE organization_id = $1 AND id = $2;

-- name: GetImport :one
SELECT i.id, i.kind, i.file_id, i.file_name, i.status, i.columns, i.whole, i.row_count, i.done, i.created, i.updated, i.unchanged, i.refused, i.undone, i.kept, i.failure, i.created_at, i.created_by, i.started_at, i.ended_at, u.name
FROM imports AS i JOIN users AS u ON u.id = i.created_by
WHERE i.organization_id = sqlc.arg(organization_id) AND i.id = sqlc.arg(id);

-- name: CountImports :one
SELECT COUNT(*) FROM imports WHERE organization_id = sqlc.arg(organization_id);

-- name: ListImports :many
SELECT i.id, i.kind, i.file_id, i.file_name, i.status, i.columns, i.whole, i.row_count, i.done, i.created, i.updated, i.unchanged, i.refused, i.undone, i.kept, i.failure, i.created_at, i.created_by, i.started_at, i.ended_at, u.name
FROM imports AS i JOIN users AS u ON u.id = i.created_by
WHERE i.organization_id = sqlc.arg(organization_id)
ORDER BY i.created_at DESC, i.id DESC LIMIT sqlc.arg(count_of) OFFSET sqlc.arg(skip);

-- What may have changed something, the latest first.
-- name: StartedImports :many
SELECT id, status FROM imports
WHERE organization_id = sqlc.arg(organization_id) AND started_at IS NOT NULL
ORDER BY started_at DESC, id DESC LIMIT 2;

-- name: DeleteImport :execrows
DELETE FROM imports WHERE organization_id = sqlc.arg(organization_id) AND id = sqlc.arg(id);

-- Each row of the list is a text: the number of the row in eight digits, and from the ninth letter on what was done.
-- name: NoteRows :exec
INSERT INTO import_rows (organization_id, import_id, row, deed)
SELECT CAST(sqlc.arg(organization_id) AS org_text), CAST(sqlc.arg(import_id) AS uuid_text), CAST(SUBSTR(j.value, 1, 8) AS bigint), SUBSTR(j.value, 9)
FROM json_each(CAST(sqlc.arg(deeds) AS list_text)) AS j WHERE true
ON CONFLICT (organization_id, import_id, row) DO NOTHING;

-- name: NotedRows :many
SELECT row, deed FROM import_rows
WHERE organization_id = sqlc.arg(organization_id) AND import_id = sqlc.arg(import_id) ORDER BY row DESC LIMIT sqlc.arg(count_of);

-- name: ForgetRow :execrows
DELETE FROM import_rows WHERE organization_id = sqlc.arg(organization_id) AND import_id = sqlc.arg(import_id) AND row = sqlc.arg(row);

-- The rows of other imports: only the latest is undone.
-- name: ForgetOtherRows :exec
DELETE FROM import_rows WHERE organization_id = $1 AND import_id <> $2;

-- As above, with eight digits more of the position.
-- name: NoteProblems :exec
INSERT INTO import_problems (organization_id, import_id, row, position, told)
SELECT CAST(sqlc.arg(organization_id) AS org_text), CAST(sqlc.arg(import_id) AS uuid_text), CAST(SUBSTR(j.value, 1, 8) AS bigint), CAST(SUBSTR(j.value, 9, 8) AS bigint), SUBSTR(j.value, 17)
FROM json_each(CAST(sqlc.arg(problems) AS list_text)) AS j WHERE true
ON CONFLICT (organization_id, import_id, row, position) DO NOTHING;

-- name: ProblemsOf :many
SELECT row, told FROM import_problems
WHERE organization_id = sqlc.arg(organization_id) AND import_id = sqlc.arg(import_id) ORDER BY row, position LIMIT sqlc.arg(count_of);

-- name: ForgetProblems :exec
DELETE FROM import_problems WHERE organization_id = sqlc.arg(organization_id) AND import_id = sqlc.arg(import_id);

-- name: HeadsOf :many
SELECT head, field FROM import_heads WHERE organization_id = sqlc.arg(organization_id) AND kind = sqlc.arg(kind);

-- name: RememberHead :exec
INSERT INTO import_heads (organization_id, kind, head, field)
VALUES (sqlc.arg(organization_id), sqlc.arg(kind), sqlc.arg(head), sqlc.arg(field))
ON CONFLICT (organization_id, kind, head) DO UPDATE SET field = excluded.field;
