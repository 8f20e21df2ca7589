-- +goose Up
ALTER TABLE sessions ADD COLUMN device text NOT NULL DEFAULT ''; -- the browser's own words, shortened

-- +goose Down
ALTER TABLE sessions DROP COLUMN device;
