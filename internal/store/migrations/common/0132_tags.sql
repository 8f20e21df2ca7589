-- +goose Up
ALTER TABLE materials ADD COLUMN tags text NOT NULL DEFAULT ''; -- each between commas: ',local,organic,'

-- +goose Down
ALTER TABLE materials DROP COLUMN tags;
