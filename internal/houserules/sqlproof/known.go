package sqlproof

import (
	"slices"
	"strings"

	pg "github.com/pganalyze/pg_query_go/v6"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// walk visits a tree; visit says whether to go below a node.
func walk(m proto.Message, visit func(proto.Message) bool) {
	if m == nil || !m.ProtoReflect().IsValid() || !visit(m) {
		return
	}
	m.ProtoReflect().Range(func(field protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		switch {
		case field.Message() == nil:
		case field.IsList():
			for i := range v.List().Len() {
				walk(v.List().Get(i).Message().Interface(), visit)
			}
		default:
			walk(v.Message().Interface(), visit)
		}
		return true
	})
}

// kinds are the nodes whose meaning for the proof was thought about. Those that can hold tables are handled above; the
// others are expressions, which are searched for queries.
var kinds = strings.Fields(`ParseResult RawStmt Node List SelectStmt InsertStmt UpdateStmt DeleteStmt WithClause CommonTableExpr
	RangeVar RangeSubselect RangeFunction JoinExpr Alias ResTarget OnConflictClause InferClause IndexElem
	ColumnRef A_Star ParamRef A_Const Integer Float Boolean String A_Expr BoolExpr NullTest BooleanTest CaseExpr CaseWhen CoalesceExpr
	SubLink RowExpr TypeCast TypeName FuncCall SortBy WindowDef SQLValueFunction`)

var operators = []pg.A_Expr_Kind{
	pg.A_Expr_Kind_AEXPR_OP, pg.A_Expr_Kind_AEXPR_DISTINCT, pg.A_Expr_Kind_AEXPR_NOT_DISTINCT, pg.A_Expr_Kind_AEXPR_NULLIF, pg.A_Expr_Kind_AEXPR_IN,
	pg.A_Expr_Kind_AEXPR_LIKE, pg.A_Expr_Kind_AEXPR_BETWEEN, pg.A_Expr_Kind_AEXPR_NOT_BETWEEN,
}

// functions read nothing but their arguments, or the server's own catalog.
var functions = strings.Fields(`count sum min max avg string_agg row_number rank dense_rank lag lead first_value last_value
	abs floor ceil power mod sign round lower upper trim btrim ltrim rtrim substr replace length concat format
	json_each like_escape current_schema pg_has_role pg_advisory_xact_lock hashtextextended`)

// known refuses what no rule was made for, and whatever the rules did not come by.
func (p *prover) known(tree *pg.ParseResult) {
	walk(tree, func(m proto.Message) bool {
		kind := string(m.ProtoReflect().Descriptor().Name())
		if !slices.Contains(kinds, kind) {
			p.refuse("the proof does not know %s", kind)
			return false
		}
		switch n := m.(type) {
		case *pg.RangeVar:
			if !p.seen[n] {
				p.refuse("the proof did not come by the table %s", n.Relname)
			}
		case *pg.SelectStmt:
			if !p.seen[n] {
				p.refuse("the proof did not come by one of the queries")
			}
			if n.IntoClause != nil || len(n.LockingClause) > 0 {
				p.refuse("SELECT INTO and FOR UPDATE are unknown to SQLite")
			}
		case *pg.A_Expr:
			if !slices.Contains(operators, n.Kind) || len(n.Name) != 1 {
				p.refuse("the proof does not know the operator %s", n.Kind)
			}
		case *pg.FuncCall:
			if name := function(n); !slices.Contains(functions, name) {
				p.refuse("the proof does not know what the function %s reads", name)
			}
		}
		return true
	})
}

// function is a function's name, without the schema that the parser writes before those of the grammar.
func function(call *pg.FuncCall) string {
	var path []string
	for _, part := range call.Funcname {
		path = append(path, part.GetString_().GetSval())
	}
	return strings.TrimPrefix(strings.Join(path, "."), "pg_catalog.")
}
