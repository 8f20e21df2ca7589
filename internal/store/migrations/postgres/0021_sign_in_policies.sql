-- +goose Up
SELECT protect('identity_providers');
SELECT protect('identities');

-- +goose Down
SELECT 1;
