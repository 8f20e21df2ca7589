package main

const twinDatabase = "twin"

// twin makes an organization in an otherwise empty database that mirrors all others: whatever row is written, the twin has
// the same one before it, with the same ids and keys. So a statement that forgets its organization finds two rows where there
// should be one, and one that writes a row of the twin is refused by name. Texts that no key or check holds differ, that a
// single row may be told from its twin. Members of the twin are removed ones: it is nobody's.
//
// The triggers run as the superuser, past row-level security, in both runs of the suite. Where two organizations have the
// same key, the twin keeps the first.
const twin = `
INSERT INTO organizations (id, name, slug, status, billing_plan, time_zone, locale, currency, brand_color, created_at, updated_at)
VALUES ('00000000-0000-4000-8000-00000000cafe', 'Twin', 'twin-of-everything', 'closing', 'starter', 'UTC', 'en-US', 'USD', '#000000', '2020-01-01T00:00:00Z', '2020-01-01T00:00:00Z');

DO $make$
DECLARE
  t record;
  columns text;
  given text;
  assigned text;
  key text;
BEGIN
  FOR t IN
    SELECT c.oid, c.relname FROM pg_class c JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
    WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attname = 'organization_id'
  LOOP
    SELECT string_agg(quote_ident(attname), ', '),
      string_agg(value, ', '),
      string_agg(quote_ident(attname) || ' = ' || value, ', ') FILTER (WHERE attname <> 'organization_id'),
      COALESCE(string_agg(format('AND %I = OLD.%I', attname, attname), ' ') FILTER (WHERE keyed AND attname <> 'organization_id'), '')
    INTO columns, given, assigned, key
    FROM (
      SELECT a.attname, a.attnum = ANY (i.indkey) AS keyed, CASE
        WHEN a.attname = 'organization_id' THEN '''00000000-0000-4000-8000-00000000cafe'''
        WHEN t.relname = 'memberships' AND a.attname = 'status' THEN '''removed'''
        WHEN a.atttypid = 'text'::regtype
          AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = t.oid AND a.attnum = ANY (k.conkey))
          AND NOT EXISTS (SELECT FROM pg_index u WHERE u.indrelid = t.oid AND u.indisunique AND a.attnum = ANY (u.indkey)) THEN format('NEW.%I || '' (twin)''', a.attname)
        ELSE format('NEW.%I', a.attname) END AS value
      FROM pg_attribute a JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary WHERE a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
    ) AS list;
    EXECUTE format($function$
      CREATE FUNCTION %I() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $body$
      DECLARE
        organization uuid := CASE TG_OP WHEN 'INSERT' THEN NEW.organization_id ELSE OLD.organization_id END;
      BEGIN
        IF organization = '00000000-0000-4000-8000-00000000cafe' AND pg_trigger_depth() = 1 THEN
          RAISE EXCEPTION 'a statement reached a row of the twin in %s';
        ELSIF pg_trigger_depth() = 1 THEN
          BEGIN
            IF TG_OP = 'INSERT' THEN
              INSERT INTO %I (%s) VALUES (%s) ON CONFLICT DO NOTHING;
            ELSIF TG_OP = 'UPDATE' THEN
              UPDATE %I SET %s WHERE organization_id = '00000000-0000-4000-8000-00000000cafe' %s;
            ELSE
              DELETE FROM %I WHERE organization_id = '00000000-0000-4000-8000-00000000cafe' %s;
            END IF;
          EXCEPTION WHEN integrity_constraint_violation THEN NULL; -- the twin cannot follow two organizations at once
          END;
        END IF;
        IF TG_OP = 'DELETE' THEN
          RETURN OLD;
        END IF;
        RETURN NEW;
      END $body$$function$, 'twin_' || t.relname, t.relname, t.relname, columns, given, t.relname, assigned, key, t.relname, key);
    EXECUTE format('CREATE TRIGGER twin BEFORE INSERT OR UPDATE OR DELETE ON %I FOR EACH ROW EXECUTE FUNCTION %I()', t.relname, 'twin_' || t.relname);
  END LOOP;
END $make$`
