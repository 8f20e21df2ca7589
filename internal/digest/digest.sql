-- Who chose to be mailed.
-- name: Choosers :many
SELECT user_id FROM digest_choices WHERE organization_id = sqlc.arg(organization_id) ORDER BY user_id;

-- name: AnyChoice :one
SELECT EXISTS (SELECT 1 FROM digest_choices WHERE organization_id = sqlc.arg(organization_id));

-- A member, and what they chose.
-- name: Reader :one
SELECT u.name, u.email, COALESCE(c.frequency, 'off') AS frequency, c.done_until
FROM memberships AS m JOIN users AS u ON u.id = m.user_id
LEFT JOIN digest_choices AS c ON c.organization_id = sqlc.arg(organization_id) AND c.user_id = m.user_id
WHERE m.organization_id = sqlc.arg(organization_id) AND m.user_id = sqlc.arg(user_id);

-- name: SaveChoice :exec
INSERT INTO digest_choices (organization_id, user_id, frequency, done_until, updated_at)
VALUES (sqlc.arg(organization_id), sqlc.arg(user_id), sqlc.arg(frequency), sqlc.arg(done_until), sqlc.arg(updated_at))
ON CONFLICT (organization_id, user_id) DO UPDATE SET frequency = excluded.frequency, done_until = excluded.done_until, updated_at = excluded.updated_at;

-- name: DropChoice :exec
DELETE FROM digest_choices WHERE organization_id = sqlc.arg(organization_id) AND user_id = sqlc.arg(user_id);

-- name: FinishMorning :execrows
UPDATE digest_choices SET done_until = $3
WHERE organization_id = $1 AND user_id = $2 AND done_until < $3;

-- Outside any organization: where a morning may have come.
-- name: Mornings :many
SELECT o.id, o.time_zone, o.digested_on FROM organizations AS o WHERE o.status = 'active' ORDER BY o.id;

-- One server takes a morning, once.
-- name: TakeMorning :execrows
UPDATE organizations SET digested_on = sqlc.arg(morning)
WHERE id = CAST(sqlc.arg(organization) AS org_text) AND status = 'active' AND (digested_on IS NULL OR digested_on < sqlc.arg(morning));
