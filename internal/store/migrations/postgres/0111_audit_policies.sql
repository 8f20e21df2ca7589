-- +goose Up
-- Added, never changed. A closed organization's rows are deleted by their foreign key, with its row and as the owner of the table.
SELECT protect('audit_entries');
REVOKE UPDATE, DELETE ON audit_entries FROM craftplan_app;

-- +goose Down
SELECT 1;
