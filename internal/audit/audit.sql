-- name: CreateEntry :exec
INSERT INTO audit_entries (organization_id, id, at, channel, who, user_id, via, address, agent, action, kind, record, was, became)
VALUES (sqlc.arg(organization_id), sqlc.arg(id), sqlc.arg(at), sqlc.arg(channel), sqlc.arg(who), sqlc.narg(user_id), sqlc.arg(via), sqlc.arg(address), sqlc.arg(agent), sqlc.arg(action), sqlc.arg(kind), sqlc.arg(record), sqlc.arg(was), sqlc.arg(became));

-- A page of entries, the latest first, that come after the one the last page ended with.
-- name: Entries :many
SELECT e.id, e.at, e.channel, e.who, e.user_id, e.via, e.address, e.agent, e.action, e.kind, e.record, e.was, e.became, COALESCE(u.name, '') AS name, COALESCE(u.email, '') AS email
FROM audit_entries AS e LEFT JOIN users AS u ON u.id = e.user_id
WHERE e.organization_id = sqlc.arg(organization_id)
  AND e.at >= sqlc.arg(since) AND e.at < sqlc.arg(until)
  AND (e.at < sqlc.arg(last_at) OR e.at = sqlc.arg(last_at) AND e.id < sqlc.arg(last_id))
  AND (CAST(sqlc.narg(user_id) AS uuid_text) IS NULL OR e.user_id = CAST(sqlc.narg(user_id) AS uuid_text))
  AND (CAST(sqlc.arg(who) AS text) = '' OR e.who = CAST(sqlc.arg(who) AS text))
  AND (CAST(sqlc.arg(action) AS text) = '' OR e.action = CAST(sqlc.arg(action) AS text))
  AND (CAST(sqlc.arg(kind) AS text) = '' OR e.kind = CAST(sqlc.arg(kind) AS text))
  AND (CAST(sqlc.arg(record) AS text) = '' OR e.record = CAST(sqlc.arg(record) AS text))
ORDER BY e.at DESC, e.id DESC LIMIT sqlc.arg(count_of);

-- Everybody who is or was a member.
-- name: People :many
SELECT u.id, u.name, u.email
FROM memberships AS m JOIN users AS u ON u.id = m.user_id
WHERE m.organization_id = sqlc.arg(organization_id)
ORDER BY u.name, u.email;
