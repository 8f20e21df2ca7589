-- name: CreateMail :exec
INSERT INTO mails (organization_id, id, kind, recipient, subject, status, attempts, problem, created_at, updated_at)
VALUES (sqlc.arg(organization_id), sqlc.arg(id), sqlc.arg(kind), sqlc.arg(recipient), sqlc.arg(subject), 'queued', 0, '', sqlc.arg(created_at), sqlc.arg(created_at));

-- name: NoteMail :execrows
UPDATE mails SET status = $3, attempts = $4, problem = $5, updated_at = $6
WHERE organization_id = $1 AND id = $2;

-- name: Mails :many
SELECT id, kind, recipient, subject, status, attempts, problem, created_at, updated_at FROM mails
WHERE organization_id = sqlc.arg(organization_id)
ORDER BY created_at DESC, id DESC LIMIT sqlc.arg(count_of) OFFSET sqlc.arg(skip);

-- name: CountMails :one
SELECT COUNT(*) FROM mails WHERE organization_id = sqlc.arg(organization_id);

-- name: MailSettings :one
SELECT sender_name, reply_to, host, port, security, username, password_sealed, sender_address FROM mail_settings
WHERE organization_id = sqlc.arg(organization_id);

-- name: ChangeMailSettings :exec
INSERT INTO mail_settings (organization_id, sender_name, reply_to, host, port, security, username, password_sealed, sender_address, updated_at)
VALUES (sqlc.arg(organization_id), sqlc.arg(sender_name), sqlc.arg(reply_to), sqlc.arg(host), sqlc.arg(port), sqlc.arg(security), sqlc.arg(username), sqlc.arg(password_sealed), sqlc.arg(sender_address), sqlc.arg(updated_at))
ON CONFLICT (organization_id) DO UPDATE SET sender_name = excluded.sender_name, reply_to = excluded.reply_to, host = excluded.host, port = excluded.port, security = excluded.security,
  username = excluded.username, password_sealed = excluded.password_sealed, sender_address = excluded.sender_address, updated_at = excluded.updated_at;

-- name: KeepMail :exec
INSERT INTO mailbox (id, content_sealed, created_at) VALUES (sqlc.arg(id), sqlc.arg(content_sealed), sqlc.arg(created_at))
ON CONFLICT (id) DO NOTHING;

-- name: ForgetMails :exec
DELETE FROM mailbox WHERE created_at < sqlc.arg(moment);

-- name: KeptMails :many
SELECT id, content_sealed, created_at FROM mailbox ORDER BY created_at DESC, id DESC LIMIT sqlc.arg(count_of);

-- name: KeptMail :one
SELECT id, content_sealed, created_at FROM mailbox WHERE id = sqlc.arg(id);
