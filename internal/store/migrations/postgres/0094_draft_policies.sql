-- +goose Up
SELECT protect('recipe_drafts');

-- +goose Down
SELECT 1;
