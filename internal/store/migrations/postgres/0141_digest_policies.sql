-- +goose Up
SELECT protect('digest_choices');

-- +goose Down
SELECT 1;
