-- +goose Up
SELECT protect('mail_settings');
SELECT protect('mails');
GRANT SELECT, INSERT, DELETE ON mailbox TO craftplan_app;

-- +goose Down
SELECT 1;
