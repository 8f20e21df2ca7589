-- +goose Up
-- The removal of a closed organization. Its row can be deleted only when nothing but its audit log refers to it.
GRANT DELETE ON organizations TO craftplan_app;
GRANT DELETE ON memberships TO craftplan_app;
GRANT DELETE ON slugs TO craftplan_app;
GRANT SELECT, INSERT, UPDATE ON closed_organizations TO craftplan_app;
GRANT SELECT, INSERT ON retired_slugs TO craftplan_app;

-- +goose Down
REVOKE DELETE ON slugs FROM craftplan_app;
REVOKE DELETE ON memberships FROM craftplan_app;
REVOKE DELETE ON organizations FROM craftplan_app;
