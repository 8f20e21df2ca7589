-- +goose Up
-- Domain names are the bridge between the engines: SQLite takes the affinity of a column from the same names.
CREATE DOMAIN uuid_text AS uuid;
CREATE DOMAIN org_text AS uuid;
CREATE DOMAIN money_int AS bigint;
CREATE DOMAIN qty_int AS bigint;
CREATE DOMAIN date_text AS date;
CREATE DOMAIN ts_text AS timestamptz;
CREATE DOMAIN list_text AS text;

-- use_organization binds the transaction to one organization. It executes SET LOCAL, and not set_config, because only
-- SET LOCAL is forwarded to the workers of a distributed database.
-- +goose StatementBegin
CREATE FUNCTION use_organization(org uuid) RETURNS uuid LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('SET LOCAL app.organization_id = %L', org);
  RETURN org;
END $$;
-- +goose StatementEnd

-- json_each over an array of texts, with the shape SQLite gives it, so that a list of ids is one parameter on both engines.
-- +goose StatementBegin
CREATE FUNCTION json_each(list text) RETURNS TABLE (key text, value text) LANGUAGE sql IMMUTABLE AS $$
  SELECT (ordinality - 1)::text, element FROM jsonb_array_elements_text(list::jsonb) WITH ORDINALITY AS e(element, ordinality)
$$;
-- +goose StatementEnd

-- The role the server runs as: it owns nothing and can bypass nothing. Login roles are made members of it.
-- +goose StatementBegin
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'craftplan_app') THEN
    CREATE ROLE craftplan_app NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
  END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;
-- +goose StatementEnd

-- protect makes a table an organization's table: row-level security, forced, with the one policy, and rights for the server.
-- +goose StatementBegin
CREATE FUNCTION protect(target regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
  EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', target);
  EXECUTE format('CREATE POLICY organization ON %s USING (organization_id = current_setting(''app.organization_id'')::uuid)', target);
  EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO craftplan_app', target);
END $$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION protect(regclass) FROM PUBLIC;
-- +goose StatementBegin
DO $$ BEGIN EXECUTE format('GRANT USAGE ON SCHEMA %I TO craftplan_app', current_schema()); END $$;
-- +goose StatementEnd
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT SELECT ON goose_db_version TO craftplan_app;

-- +goose Down
DROP FUNCTION protect(regclass);
DROP FUNCTION json_each(text);
DROP FUNCTION use_organization(uuid);
DROP DOMAIN list_text;
DROP DOMAIN ts_text;
DROP DOMAIN date_text;
DROP DOMAIN qty_int;
DROP DOMAIN money_int;
DROP DOMAIN org_text;
DROP DOMAIN uuid_text;
