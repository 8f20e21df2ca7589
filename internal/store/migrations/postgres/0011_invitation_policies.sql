-- +goose Up
SELECT protect('invitations');

-- +goose Down
SELECT 1;
