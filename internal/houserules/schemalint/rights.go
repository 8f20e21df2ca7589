package schemalint

import (
	"slices"
	"strings"
)

// rights holds what is granted against what the server needs: nothing for PUBLIC, and nothing for anybody but it.
func (l *postgres) rights() {
	have := map[string][]string{}
	l.each(`WITH object (kind, name, owner, acl) AS (
			SELECT CASE c.relkind WHEN 'S' THEN 'sequence' ELSE 'table' END, c.relname, c.relowner, COALESCE(c.relacl, acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", c.relowner))
			FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'v', 'm', 'p', 'f', 'S') AND `+ours+`
			UNION ALL SELECT 'column', c.relname || '.' || a.attname, c.relowner, a.attacl FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE a.attacl IS NOT NULL AND `+ours+`
			UNION ALL SELECT 'function', p.proname, p.proowner, COALESCE(p.proacl, acldefault('f', p.proowner)) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE `+ours+`
			UNION ALL SELECT 'schema', n.nspname, n.nspowner, COALESCE(n.nspacl, acldefault('n', n.nspowner)) FROM pg_namespace n WHERE `+ours+`)
		SELECT o.kind, o.name, COALESCE(r.rolname, 'PUBLIC'), e.privilege_type, e.is_grantable
		FROM object AS o CROSS JOIN LATERAL aclexplode(o.acl) AS e LEFT JOIN pg_roles AS r ON r.oid = e.grantee WHERE e.grantee <> o.owner`, func(row []string) {
		kind, name, who, right := row[0], row[1], row[2], row[3]
		switch {
		case kind == "schema" && who == "PUBLIC" && right == "USAGE":
		case who != l.rules.Role:
			l.found.add("%s: %s has the right to %s on this %s", name, who, right, kind)
		case row[4] == "true":
			l.found.add("%s: the server may hand on the right to %s", name, right)
		default:
			have[kind+" "+name] = append(have[kind+" "+name], right)
		}
	})
	if l.err != nil {
		return
	}
	want := l.wanted()
	for object, rights := range want {
		slices.Sort(rights)
		got := have[object]
		slices.Sort(got)
		if got = slices.Compact(got); !slices.Equal(got, rights) {
			l.found.add("%s: the server's rights are %q and should be %q", object, strings.Join(got, " "), strings.Join(rights, " "))
		}
		delete(have, object)
	}
	for object, rights := range have {
		l.found.add("%s: the server has the right to %s and needs none", object, strings.Join(rights, " "))
	}
}

func (l *postgres) wanted() map[string][]string {
	want := map[string][]string{"schema public": {"USAGE"}}
	for name := range l.all {
		rights := tenantRights
		if l.rules.AppendOnly[name] != "" {
			rights = appendOnlyRights
		}
		if g, global := l.rules.Global[name]; global {
			rights = g.Rights
		}
		if rights != "" {
			want["table "+name] = strings.Fields(rights)
		}
	}
	for name := range l.rules.Functions {
		want["function "+name] = []string{"EXECUTE"}
	}
	for name := range l.rules.Sequences {
		want["sequence "+name] = []string{"USAGE"}
	}
	return want
}

// role refuses a server's role that could do more than its rights say.
func (l *postgres) role() {
	l.each(`SELECT r.rolsuper, r.rolbypassrls, r.rolcreaterole, r.rolcreatedb, r.rolreplication, r.rolcanlogin FROM pg_roles r WHERE r.rolname = $1`, func(row []string) {
		for i, attribute := range []string{"SUPERUSER", "BYPASSRLS", "CREATEROLE", "CREATEDB", "REPLICATION", "LOGIN"} {
			if row[i] == "true" {
				l.found.add("%s: has the attribute %s", l.rules.Role, attribute)
			}
		}
	}, l.rules.Role)
	l.each(`SELECT g.rolname FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid JOIN pg_roles r ON r.oid = m.member WHERE r.rolname = $1`, func(row []string) {
		l.found.add("%s: is a member of %s", l.rules.Role, row[0])
	}, l.rules.Role)
	l.each(`SELECT o.kind || ' ' || o.name FROM (SELECT 'relation', relname, relowner FROM pg_class UNION ALL SELECT 'function', proname, proowner FROM pg_proc UNION ALL SELECT 'schema', nspname, nspowner FROM pg_namespace
			UNION ALL SELECT 'type', typname, typowner FROM pg_type) AS o(kind, name, owner) JOIN pg_roles r ON r.oid = o.owner WHERE r.rolname = $1`, func(row []string) {
		l.found.add("%s: owns the %s", l.rules.Role, row[0])
	}, l.rules.Role)
}
