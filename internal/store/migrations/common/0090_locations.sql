-- +goose Up
-- Where what is bought goes, and where batches take from and bring to. Where no place says so, it is the first one.
ALTER TABLE locations ADD COLUMN receives boolean NOT NULL DEFAULT FALSE;
ALTER TABLE locations ADD COLUMN produces boolean NOT NULL DEFAULT FALSE;

-- +goose Down
ALTER TABLE locations DROP COLUMN produces;
ALTER TABLE locations DROP COLUMN receives;
