-- name: CreateUser :exec
INSERT INTO users (id, email, name, password_hash, created_at, updated_at)
VALUES (sqlc.arg(id), sqlc.arg(email), sqlc.arg(name), sqlc.arg(password_hash), sqlc.arg(created_at), sqlc.arg(created_at));

-- name: UserByEmail :one
SELECT id, email, name, password_hash FROM users WHERE email = sqlc.arg(email);

-- name: CreateSession :exec
INSERT INTO sessions (token_hash, user_id, device, factors, only_organization, created_at, last_seen_at, expires_at)
VALUES (sqlc.arg(token_hash), sqlc.arg(user_id), sqlc.arg(device), sqlc.arg(factors), sqlc.narg(only_organization), sqlc.arg(created_at), sqlc.arg(created_at), sqlc.arg(expires_at));

-- name: SessionUser :one
SELECT u.id, u.email, u.name, s.last_seen_at, s.factors, s.only_organization
FROM sessions AS s JOIN users AS u ON u.id = s.user_id
WHERE s.token_hash = sqlc.arg(token_hash) AND s.expires_at > sqlc.arg(moment) AND s.created_at > sqlc.arg(oldest) AND u.disabled_at IS NULL;

-- name: TouchSession :exec
UPDATE sessions SET last_seen_at = sqlc.arg(last_seen_at), expires_at = sqlc.arg(expires_at)
WHERE token_hash = sqlc.arg(token_hash);

-- name: DeleteSession :exec
DELETE FROM sessions WHERE token_hash = sqlc.arg(token_hash);

-- name: DeleteExpiredSessions :exec
DELETE FROM sessions WHERE expires_at <= sqlc.arg(moment);

-- name: SessionsOf :many
SELECT token_hash, device, created_at, last_seen_at, only_organization FROM sessions
WHERE user_id = sqlc.arg(user_id) AND expires_at > sqlc.arg(moment) AND created_at > sqlc.arg(oldest)
ORDER BY last_seen_at DESC, created_at DESC, token_hash;

-- name: DeleteSessionOf :execrows
DELETE FROM sessions WHERE user_id = sqlc.arg(user_id) AND token_hash = sqlc.arg(token_hash);

-- name: DeleteOtherSessions :execrows
DELETE FROM sessions WHERE user_id = sqlc.arg(user_id) AND token_hash <> sqlc.arg(token_hash);

-- name: ChangeUserName :execrows
UPDATE users SET name = sqlc.arg(name), updated_at = sqlc.arg(updated_at) WHERE id = sqlc.arg(id);

-- name: PasswordOf :one
SELECT password_hash FROM users WHERE id = sqlc.arg(id);

-- name: ChangePassword :execrows
UPDATE users SET password_hash = sqlc.arg(password_hash), updated_at = sqlc.arg(updated_at) WHERE id = sqlc.arg(id);

-- name: DeleteSessionsOf :execrows
DELETE FROM sessions WHERE user_id = sqlc.arg(user_id);

-- name: DeleteAllSessions :execrows
DELETE FROM sessions;

-- name: ChangeEmail :execrows
UPDATE users SET email = sqlc.arg(email), updated_at = sqlc.arg(updated_at) WHERE id = sqlc.arg(id);

-- name: AnyUser :one
SELECT EXISTS (SELECT 1 FROM users);

-- name: CreateToken :exec
INSERT INTO tokens (id, token_hash, purpose, user_id, detail_sealed, created_at, expires_at)
VALUES (sqlc.arg(id), sqlc.arg(token_hash), sqlc.arg(purpose), sqlc.narg(user_id), sqlc.arg(detail_sealed), sqlc.arg(created_at), sqlc.arg(expires_at));

-- name: TokenByHash :one
SELECT id, user_id, detail_sealed, expires_at FROM tokens WHERE token_hash = sqlc.arg(token_hash) AND purpose = sqlc.arg(purpose) AND expires_at > sqlc.arg(moment);

-- name: TokenByID :one
SELECT id, user_id, detail_sealed, expires_at FROM tokens WHERE id = sqlc.arg(id) AND purpose = sqlc.arg(purpose) AND expires_at > sqlc.arg(moment);

-- name: RenewToken :execrows
UPDATE tokens SET token_hash = sqlc.arg(token_hash), expires_at = sqlc.arg(expires_at) WHERE id = sqlc.arg(id);

-- name: DeleteToken :execrows
DELETE FROM tokens WHERE id = sqlc.arg(id) AND token_hash = sqlc.arg(token_hash);

-- name: DeleteTokensOf :exec
DELETE FROM tokens WHERE user_id = sqlc.arg(user_id) AND purpose = sqlc.arg(purpose);

-- name: DeleteExpiredTokens :exec
DELETE FROM tokens WHERE expires_at <= sqlc.arg(moment);

-- name: UserByID :one
SELECT id, email, name FROM users WHERE id = sqlc.arg(id);

-- Not when the password was changed meanwhile.
-- name: RehashPassword :execrows
UPDATE users SET password_hash = sqlc.arg(password_hash) WHERE id = sqlc.arg(id) AND password_hash = sqlc.arg(former);

-- name: LiftSession :execrows
UPDATE sessions SET token_hash = sqlc.arg(fresh), factors = 2 WHERE token_hash = sqlc.arg(token_hash) AND user_id = sqlc.arg(user_id);

-- name: LowerSessions :exec
UPDATE sessions SET factors = 1 WHERE user_id = sqlc.arg(user_id);

-- name: DeleteAllTokensOf :exec
DELETE FROM tokens WHERE user_id = sqlc.arg(user_id);

-- Written to by every change of a person's factors, so that two at once follow one another.
-- name: HoldUser :execrows
UPDATE users SET updated_at = sqlc.arg(updated_at) WHERE id = sqlc.arg(id);

-- name: HasFactor :one
SELECT EXISTS (SELECT 1 FROM authenticators AS a WHERE a.user_id = sqlc.arg(user_id) UNION ALL SELECT 1 FROM passkeys AS p WHERE p.user_id = sqlc.arg(user_id));

-- name: AuthenticatorOf :one
SELECT secret_sealed, created_at, last_used_at FROM authenticators WHERE user_id = sqlc.arg(user_id);

-- name: CreateAuthenticator :exec
INSERT INTO authenticators (user_id, secret_sealed, last_step, created_at, last_used_at)
VALUES (sqlc.arg(user_id), sqlc.arg(secret_sealed), sqlc.arg(last_step), sqlc.arg(created_at), sqlc.arg(created_at));

-- name: UseAuthenticator :execrows
UPDATE authenticators SET last_step = sqlc.arg(step), last_used_at = sqlc.arg(last_used_at)
WHERE user_id = sqlc.arg(user_id) AND last_step < sqlc.arg(step);

-- name: DeleteAuthenticator :execrows
DELETE FROM authenticators WHERE user_id = sqlc.arg(user_id);

-- name: CreateRecoveryCode :exec
INSERT INTO recovery_codes (user_id, code_hash, created_at) VALUES (sqlc.arg(user_id), sqlc.arg(code_hash), sqlc.arg(created_at));

-- name: RecoveryCodesLeft :one
SELECT COUNT(*) FROM recovery_codes WHERE user_id = sqlc.arg(user_id);

-- name: UseRecoveryCode :execrows
DELETE FROM recovery_codes WHERE user_id = sqlc.arg(user_id) AND code_hash = sqlc.arg(code_hash);

-- name: DeleteRecoveryCodes :exec
DELETE FROM recovery_codes WHERE user_id = sqlc.arg(user_id);

-- name: CreatePasskey :exec
INSERT INTO passkeys (id, user_id, credential_id, name, record_sealed, created_at)
VALUES (sqlc.arg(id), sqlc.arg(user_id), sqlc.arg(credential_id), sqlc.arg(name), sqlc.arg(record_sealed), sqlc.arg(created_at));

-- name: PasskeysOf :many
SELECT id, name, record_sealed, created_at, last_used_at FROM passkeys WHERE user_id = sqlc.arg(user_id) ORDER BY created_at, id;

-- name: UsePasskey :execrows
UPDATE passkeys SET record_sealed = sqlc.arg(record_sealed), last_used_at = CAST(sqlc.arg(last_used_at) AS ts_text) WHERE id = sqlc.arg(id);

-- name: RenamePasskey :execrows
UPDATE passkeys SET name = sqlc.arg(name) WHERE id = sqlc.arg(id) AND user_id = sqlc.arg(user_id);

-- name: DeletePasskey :execrows
DELETE FROM passkeys WHERE id = sqlc.arg(id) AND user_id = sqlc.arg(user_id);

-- name: DeletePasskeysOf :exec
DELETE FROM passkeys WHERE user_id = sqlc.arg(user_id);

-- name: DeleteSessionsOnly :exec
DELETE FROM sessions WHERE only_organization = CAST(sqlc.arg(organization) AS org_text);

-- name: DeleteSessionsOnlyOf :exec
DELETE FROM sessions WHERE only_organization = CAST(sqlc.arg(organization) AS org_text) AND user_id = sqlc.arg(user_id);

-- name: CountSessions :one
SELECT COUNT(*) FROM sessions WHERE expires_at > sqlc.arg(moment);

-- name: DisableUser :execrows
UPDATE users SET disabled_at = sqlc.arg(disabled_at), disabled_reason = sqlc.arg(reason), updated_at = sqlc.arg(disabled_at)
WHERE id = sqlc.arg(id) AND disabled_at IS NULL;

-- name: EnableUser :execrows
UPDATE users SET disabled_at = NULL, disabled_reason = '', updated_at = sqlc.arg(updated_at)
WHERE id = sqlc.arg(id) AND disabled_at IS NOT NULL;

-- name: UserDisabled :one
SELECT COUNT(*) > 0 FROM users WHERE id = sqlc.arg(id) AND disabled_at IS NOT NULL;

-- Whoever stood for somebody becomes that person.
-- name: IdentifyUser :execrows
UPDATE users SET email = sqlc.arg(email), name = sqlc.arg(name), password_hash = sqlc.arg(password_hash), updated_at = sqlc.arg(updated_at)
WHERE email = sqlc.arg(former);

-- name: DeleteFormer :exec
DELETE FROM users WHERE email = sqlc.arg(former);
