-- +goose Up
-- The server may do what its statements do, and PUBLIC nothing.
REVOKE DELETE ON users FROM craftplan_app;
REVOKE ALL ON FUNCTION use_organization(uuid), json_each(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION use_organization(uuid), json_each(text) TO craftplan_app;

-- +goose Down
GRANT EXECUTE ON FUNCTION use_organization(uuid), json_each(text) TO PUBLIC;
GRANT DELETE ON users TO craftplan_app;
