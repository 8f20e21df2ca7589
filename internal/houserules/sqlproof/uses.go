package sqlproof

import (
	pg "github.com/pganalyze/pg_query_go/v6"
	parser "github.com/wasilibs/go-pgquery"
	"google.golang.org/protobuf/proto"
)

// Uses tells which rights a statement needs on the tables it names.
func Uses(sql string) (map[string]map[string]bool, error) {
	tree, err := parser.Parse(sql)
	if err != nil {
		return nil, err
	}
	uses, written := map[string]map[string]bool{}, map[*pg.RangeVar]bool{}
	need := func(v *pg.RangeVar, rights ...string) {
		written[v] = true
		if uses[v.Relname] == nil {
			uses[v.Relname] = map[string]bool{}
		}
		for _, right := range rights {
			uses[v.Relname][right] = true
		}
	}
	walk(tree, func(m proto.Message) bool {
		switch n := m.(type) {
		case *pg.InsertStmt:
			need(n.Relation, "INSERT")
			if n.OnConflictClause != nil || len(n.ReturningList) > 0 {
				need(n.Relation, "SELECT")
			}
			if len(n.OnConflictClause.GetTargetList()) > 0 {
				need(n.Relation, "UPDATE")
			}
		case *pg.UpdateStmt:
			need(n.Relation, "UPDATE", "SELECT")
		case *pg.DeleteStmt:
			need(n.Relation, "DELETE", "SELECT")
		case *pg.RangeVar:
			if !written[n] {
				need(n, "SELECT")
			}
		}
		return true
	})
	return uses, nil
}
