-- +goose Up
ALTER TABLE sessions ADD COLUMN factors bigint NOT NULL DEFAULT 1 CHECK (factors IN (1, 2)); -- how many proofs of the person it began with
ALTER TABLE sessions ADD COLUMN only_organization org_text REFERENCES organizations (id); -- when its own provider vouched for the person, it opens that organization alone

-- +goose Down
ALTER TABLE sessions DROP COLUMN only_organization;
ALTER TABLE sessions DROP COLUMN factors;
