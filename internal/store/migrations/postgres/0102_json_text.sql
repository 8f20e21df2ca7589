-- +goose Up
-- Rows of several fields as one parameter: each is an object of a list, whose fields ->> reads on both engines. SQLite keeps the text.
CREATE DOMAIN json_text AS jsonb;

-- +goose Down
DROP DOMAIN json_text;
