package schemalint

import (
	"context"
	"slices"
	"strings"
)

// Postgres holds a PostgreSQL database against the rules.
func Postgres(ctx context.Context, db Querier, r Rules) ([]string, error) {
	l := &postgres{ctx: ctx, db: db, rules: r, all: map[string]table{}}
	l.relations()
	l.columns()
	l.indexes()
	l.foreignKeys()
	l.found = append(l.found, r.keys(l.all)...)
	l.rowSecurity()
	l.policies()
	l.triggers()
	l.functions()
	l.rights()
	l.role()
	return l.found, l.err
}

type postgres struct {
	ctx   context.Context
	db    Querier
	rules Rules
	all   map[string]table
	found findings
	err   error
}

// ours is the condition of a namespace that is not the server's own.
const ours = `n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\_toast%' AND n.nspname NOT LIKE 'pg\_temp%'`

func (l *postgres) each(query string, scan func(row []string), args ...any) {
	if l.err == nil {
		l.err = each(l.ctx, l.db, query, scan, args...)
	}
}

func (l *postgres) tenant(table string) bool {
	_, global := l.rules.Global[table]
	_, known := l.all[table]
	return known && !global
}

// relations refuses what would read an organization's rows as somebody else than the asker, or past its policy.
func (l *postgres) relations() {
	l.each(`SELECT n.nspname, c.relname, c.relkind::text, 'security_invoker=true' = ANY (COALESCE(c.reloptions, '{}')), c.relispartition OR EXISTS (SELECT FROM pg_inherits WHERE c.oid IN (inhrelid, inhparent))
		FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind NOT IN ('i', 'I', 'S', 't', 'c') AND `+ours, func(row []string) {
		schema, name, kind, invoker, inherits := row[0], row[1], row[2], row[3] == "true", row[4] == "true"
		if schema != "public" {
			l.found.add("%s: is in the schema %s", name, schema)
		}
		switch kind {
		case "r":
			l.all[name] = table{name: name, columns: map[string]column{}}
			if inherits {
				l.found.add("%s: inherits, so that a policy of one table is passed by through the other", name)
			}
		case "v":
			if !invoker {
				l.found.add("%s: a view that is not security_invoker reads as its owner", name)
			}
		case "m":
			l.found.add("%s: a materialized view keeps rows of all organizations", name)
		default:
			l.found.add("%s: a relation of kind %s", name, kind)
		}
	})
}

func (l *postgres) columns() {
	l.each(`SELECT c.relname, a.attname, format_type(a.atttypid, NULL), a.attnotnull, a.attidentity::text || a.attgenerated::text, COALESCE(pg_get_expr(d.adbin, d.adrelid) LIKE 'nextval(%', false)
		FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
		WHERE c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped AND `+ours, func(row []string) {
		l.all[row[0]].columns[row[1]] = column{typ: row[2], notNull: row[3] == "true"}
		if l.tenant(row[0]) && (row[4] != "" || row[5] == "true") {
			l.found.add("%s: the column %s is an identity, generated or serial: one counter for all organizations", row[0], row[1])
		}
	})
}

func (l *postgres) indexes() {
	l.each(`SELECT t.relname, i.relname, COALESCE(a.attname, ''), x.indisprimary, array_to_string(ARRAY(SELECT k.attname FROM unnest(x.indkey) WITH ORDINALITY AS o(num, place)
			JOIN pg_attribute k ON k.attrelid = x.indrelid AND k.attnum = o.num ORDER BY o.place), ' ')
		FROM pg_index x JOIN pg_class t ON t.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_namespace n ON n.oid = t.relnamespace
		LEFT JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = x.indkey[0] AND x.indkey[0] <> 0
		WHERE t.relkind = 'r' AND `+ours, func(row []string) {
		t := l.all[row[0]]
		t.indexes = append(t.indexes, index{name: row[1], first: row[2]})
		if row[3] == "true" {
			t.key = strings.Fields(row[4])
		}
		l.all[row[0]] = t
	})
}

var actions = map[string]string{"a": "NO ACTION", "r": "RESTRICT", "c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT"}

func (l *postgres) foreignKeys() {
	const names = `array_to_string(ARRAY(SELECT a.attname FROM unnest(k.%key) WITH ORDINALITY AS o(num, place) JOIN pg_attribute a ON a.attrelid = k.%table AND a.attnum = o.num ORDER BY o.place), ' ')`
	from := strings.NewReplacer("%key", "conkey", "%table", "conrelid").Replace(names)
	to := strings.NewReplacer("%key", "confkey", "%table", "confrelid").Replace(names)
	l.each(`SELECT t.relname, f.relname, k.confdeltype::text, k.confupdtype::text, k.condeferrable, k.convalidated, k.conname, `+from+`, `+to+`
		FROM pg_constraint k JOIN pg_class t ON t.oid = k.conrelid JOIN pg_class f ON f.oid = k.confrelid JOIN pg_namespace n ON n.oid = t.relnamespace
		WHERE k.contype = 'f' AND `+ours, func(row []string) {
		t := l.all[row[0]]
		t.foreign = append(t.foreign, foreignKey{table: row[1], onDelete: actions[row[2]], onUpdate: actions[row[3]], deferrable: row[4] == "true", from: strings.Fields(row[7]), to: strings.Fields(row[8])})
		l.all[row[0]] = t
		if row[5] != "true" {
			l.found.add("%s: the foreign key %s is NOT VALID", row[0], row[6])
		}
	})
	l.each(`SELECT t.relname, k.conname FROM pg_constraint k JOIN pg_class t ON t.oid = k.conrelid JOIN pg_namespace n ON n.oid = t.relnamespace
		WHERE k.contype IN ('p', 'u', 'x') AND (k.condeferrable OR k.contype = 'x') AND `+ours, func(row []string) {
		if l.tenant(row[0]) {
			l.found.add("%s: the constraint %s is DEFERRABLE, or excludes", row[0], row[1])
		}
	})
}

func (l *postgres) rowSecurity() {
	l.each(`SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r' AND `+ours, func(row []string) {
		if l.tenant(row[0]) && row[1] != "true" {
			l.found.add("%s: row-level security is not enabled", row[0])
		}
		if l.tenant(row[0]) && row[2] != "true" {
			l.found.add("%s: row-level security is not forced", row[0])
		}
	})
}

// policy is the one every organization's table has, as PostgreSQL writes it back.
const policy = "permissive ALL {public} ((organization_id)::uuid = (current_setting('app.organization_id'::text))::uuid) "

func (l *postgres) policies() {
	have := map[string][]string{}
	l.each(`SELECT tablename, lower(permissive) || ' ' || cmd || ' ' || roles::text || ' ' || COALESCE(qual, '') || ' ' || COALESCE(with_check, '') FROM pg_policies`, func(row []string) {
		have[row[0]] = append(have[row[0]], row[1])
	})
	for _, name := range l.rules.tenant(l.all) {
		if !slices.Equal(have[name], []string{policy}) {
			l.found.add("%s: its policies are not the one but %q", name, have[name])
		}
	}
}

// triggers and rules do what no statement says, and a distributed database has none.
func (l *postgres) triggers() {
	l.each(`SELECT c.relname, g.tgname FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid WHERE NOT g.tgisinternal`, func(row []string) {
		if l.tenant(row[0]) {
			l.found.add("%s: has the trigger %s", row[0], row[1])
		}
	})
	l.each(`SELECT c.relname, r.rulename FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace WHERE r.rulename <> '_RETURN' AND `+ours, func(row []string) {
		l.found.add("%s: has the rule %s", row[0], row[1])
	})
}

func (l *postgres) functions() {
	l.each(`SELECT p.proname, p.prosecdef, p.proleakproof FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE `+ours, func(row []string) {
		if row[1] == "true" {
			l.found.add("%s: a SECURITY DEFINER function runs as its owner", row[0])
		}
		if row[2] == "true" {
			l.found.add("%s: a LEAKPROOF function may be asked about rows before the policy is", row[0])
		}
	})
}
