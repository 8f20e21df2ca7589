package schemalint

import (
	"context"
	"regexp"
	"strings"
)

// SQLite holds a SQLite database against the rules.
func SQLite(ctx context.Context, db Querier, r Rules) ([]string, error) {
	var f findings
	all := map[string]table{}
	err := each(ctx, db, `SELECT type, name, COALESCE(sql, '') FROM sqlite_master WHERE type <> 'index'`, func(row []string) {
		kind, name, text := row[0], row[1], row[2]
		switch {
		case kind != "table":
			f.add("%s: a %s; what it does is not looked at by the proof of statements", name, kind)
		case regexp.MustCompile(`(?i)^CREATE VIRTUAL`).MatchString(text):
			f.add("%s: a virtual table", name)
		default:
			all[name] = table{name: name, columns: map[string]column{}}
		}
		if _, global := r.Global[name]; !global && regexp.MustCompile(`(?i)\bDEFERRABLE\b`).MatchString(text) {
			f.add("%s: a foreign key is DEFERRABLE", name)
		}
	})
	if err != nil {
		return nil, err
	}
	for name := range all {
		if all[name], err = sqliteTable(ctx, db, all[name]); err != nil {
			return nil, err
		}
	}
	return append(f, r.keys(all)...), nil
}

func sqliteTable(ctx context.Context, db Querier, t table) (table, error) {
	err := each(ctx, db, `SELECT name, type, "notnull", pk FROM pragma_table_info(?) ORDER BY pk`, func(row []string) {
		t.columns[row[0]] = column{typ: row[1], notNull: row[2] == "1"}
		if row[3] != "0" {
			t.key = append(t.key, row[0])
		}
	}, t.name)
	if err != nil {
		return t, err
	}
	err = each(ctx, db, `SELECT l.name, i.name FROM pragma_index_list(?) AS l JOIN pragma_index_info(l.name) AS i ON i.seqno = 0`, func(row []string) {
		t.indexes = append(t.indexes, index{name: row[0], first: row[1]})
	}, t.name)
	if err != nil {
		return t, err
	}
	last := ""
	err = each(ctx, db, `SELECT id, "table", "from", "to", on_delete, on_update FROM pragma_foreign_key_list(?) ORDER BY id, seq`, func(row []string) {
		if row[0] != last {
			t.foreign = append(t.foreign, foreignKey{table: row[1], onDelete: strings.ToUpper(row[4]), onUpdate: strings.ToUpper(row[5])})
			last = row[0]
		}
		k := &t.foreign[len(t.foreign)-1]
		k.from, k.to = append(k.from, row[2]), append(k.to, row[3])
	}, t.name)
	return t, err
}
