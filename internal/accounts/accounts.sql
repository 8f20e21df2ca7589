-- name: CreateUser :exec
INSERT INTO users (id, email, name, password_hash, created_at, updated_at)
VALUES (sqlc.arg(id), sqlc.arg(email), sqlc.arg(name), sqlc.arg(password_hash), sqlc.arg(created_at), sqlc.arg(created_at));

-- name: UserByEmail :one
SELECT id, email, name, password_hash FROM users WHERE email = sqlc.arg(email);

-- name: CreateSession :exec
INSERT INTO sessions (token_hash, user_id, created_at, last_seen_at, expires_at)
VALUES (sqlc.arg(token_hash), sqlc.arg(user_id), sqlc.arg(created_at), sqlc.arg(created_at), sqlc.arg(expires_at));

-- name: SessionUser :one
SELECT u.id, u.email, u.name, s.last_seen_at
FROM sessions AS s JOIN users AS u ON u.id = s.user_id
WHERE s.token_hash = sqlc.arg(token_hash) AND s.expires_at > sqlc.arg(moment);

-- name: TouchSession :exec
UPDATE sessions SET last_seen_at = sqlc.arg(last_seen_at), expires_at = sqlc.arg(expires_at)
WHERE token_hash = sqlc.arg(token_hash);

-- name: DeleteSession :exec
DELETE FROM sessions WHERE token_hash = sqlc.arg(token_hash);

-- name: DeleteExpiredSessions :exec
DELETE FROM sessions WHERE expires_at <= sqlc.arg(moment);
