-- +goose Up
-- Who stands for the people of an organization that never arrived goes with it.
GRANT DELETE ON users TO craftplan_app;

-- +goose Down
REVOKE DELETE ON users FROM craftplan_app;
