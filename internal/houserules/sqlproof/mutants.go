package sqlproof

import (
	"fmt"

	pg "github.com/pganalyze/pg_query_go/v6"
	parser "github.com/wasilibs/go-pgquery"
	"google.golang.org/protobuf/proto"
)

// Mutant is a statement with one thing changed that tied it to its organization.
type Mutant struct{ What, SQL string }

// Mutants are what a statement of one organization becomes when one of its ties is loosened: a condition is left out, made
// optional, turned around or asked of another parameter or column; a row is given another organization, an upsert meets any
// row, a change moves its rows. None of them may be proved.
func (s Schema) Mutants(sql string) ([]Mutant, error) {
	tree, err := parser.Parse(sql)
	if err != nil {
		return nil, err
	}
	m := &mutator{schema: s, tree: tree}
	walk(tree, func(message proto.Message) bool {
		switch n := message.(type) {
		case *pg.Node:
			m.condition(n)
		case *pg.InsertStmt:
			m.insert(n)
		case *pg.UpdateStmt:
			m.moves(n.Relation, &n.TargetList)
		}
		return m.err == nil
	})
	return m.all, m.err
}

type mutator struct {
	schema Schema
	tree   *pg.ParseResult
	all    []Mutant
	err    error
}

// try notes the text of the tree while it is changed.
func (m *mutator) try(what string, change, back func()) {
	if m.err != nil {
		return
	}
	change()
	text, err := parser.Deparse(m.tree)
	back()
	if m.err = err; err == nil {
		m.all = append(m.all, Mutant{what, text})
	}
}

// condition loosens a "column = $1".
func (m *mutator) condition(n *pg.Node) {
	if and := n.GetBoolExpr(); and != nil && and.Boolop == pg.BoolExprType_AND_EXPR {
		m.either(and)
	}
	e := n.GetAExpr()
	column, parameter := tie(e)
	if column == nil {
		return
	}
	kept := n.Node
	restore := func() { n.Node = kept }
	name := column.Fields[len(column.Fields)-1].GetString_()
	what := fmt.Sprintf("the condition of %s at %d", name.Sval, e.Location)
	m.try(what+" is left out", func() { n.Node = yes().Node }, restore)
	m.try(what+" need not hold", func() { n.Node = boolean(pg.BoolExprType_OR_EXPR, &pg.Node{Node: kept}, yes()) }, restore)
	m.try(what+" must not hold", func() { n.Node = boolean(pg.BoolExprType_NOT_EXPR, &pg.Node{Node: kept}) }, restore)
	m.try(what+" is another parameter's", func() { parameter.Number = 2 }, func() { parameter.Number = 1 })
	operator := e.Name[0].GetString_()
	m.try(what+" is an inequality", func() { operator.Sval = ">=" }, func() { operator.Sval = "=" })
	asked := name.Sval
	m.try(what+" is another column's", func() { name.Sval = "created_by" }, func() { name.Sval = asked })
}

// either makes conditions that hold together hold one for the other, where one of them is a tie.
func (m *mutator) either(and *pg.BoolExpr) {
	for _, arg := range and.Args {
		if column, _ := tie(arg.GetAExpr()); column != nil {
			m.try(fmt.Sprintf("the conditions at %d hold one for the other", and.Location), func() { and.Boolop = pg.BoolExprType_OR_EXPR }, func() { and.Boolop = pg.BoolExprType_AND_EXPR })
			return
		}
	}
}

// tie is the column and the parameter of "column = $1", either way round; nil for any other expression.
func tie(e *pg.A_Expr) (*pg.ColumnRef, *pg.ParamRef) {
	if e == nil || e.Kind != pg.A_Expr_Kind_AEXPR_OP || len(e.Name) != 1 || e.Name[0].GetString_().GetSval() != "=" {
		return nil, nil
	}
	for _, side := range [][2]*pg.Node{{e.Lexpr, e.Rexpr}, {e.Rexpr, e.Lexpr}} {
		if column := side[0].GetColumnRef(); column != nil && organization(side[1]) {
			return column, first(side[1])
		}
	}
	return nil, nil
}

// first is the parameter of an expression that organization accepts.
func first(node *pg.Node) *pg.ParamRef {
	if c := node.GetTypeCast(); c != nil {
		node = c.Arg
	}
	return node.GetParamRef()
}

// insert gives each row another organization.
func (m *mutator) insert(s *pg.InsertStmt) {
	if s.OnConflictClause != nil {
		m.conflict(s.Relation, s.OnConflictClause)
	}
	for i, column := range s.Cols {
		if column.GetResTarget().GetName() != Column {
			continue
		}
		source := s.SelectStmt.GetSelectStmt()
		for row, values := range source.GetValuesLists() {
			m.given(fmt.Sprintf("row %d", row+1), values.GetList().GetItems(), i)
		}
		for ; source != nil; source = source.Larg { // the arms of a UNION, from the last
			for _, arm := range []*pg.SelectStmt{source, source.Rarg} {
				var values []*pg.Node
				for _, target := range arm.GetTargetList() {
					values = append(values, target.GetResTarget().GetVal())
				}
				m.given("what is selected", values, i)
			}
		}
	}
}

func (m *mutator) given(what string, values []*pg.Node, position int) {
	if position < len(values) && organization(values[position]) {
		parameter := first(values[position])
		m.try(what+" is another organization's", func() { parameter.Number = 2 }, func() { parameter.Number = 1 })
	}
}

// moves assigns the organization of rows that are changed.
func (m *mutator) moves(table *pg.RangeVar, assignments *[]*pg.Node) {
	column := Column
	if name, ok := m.schema.Directory[table.Relname]; ok {
		column = name
	}
	kept := *assignments
	assign := pg.MakeResTargetNodeWithNameAndVal(column, pg.MakeParamRefNode(2, 0), 0)
	m.try("the rows are moved", func() { *assignments = append(append([]*pg.Node{}, kept...), assign) }, func() { *assignments = kept })
}

// conflict lets an upsert meet a row of anybody.
func (m *mutator) conflict(table *pg.RangeVar, c *pg.OnConflictClause) {
	if len(c.TargetList) > 0 {
		m.moves(table, &c.TargetList)
	}
	if c.Infer == nil {
		return
	}
	kept := c.Infer.IndexElems
	for i, node := range kept {
		if node.GetIndexElem().GetName() == Column && len(kept) > 1 {
			rest := append(append([]*pg.Node{}, kept[:i]...), kept[i+1:]...)
			m.try("the upsert meets any row", func() { c.Infer.IndexElems = rest }, func() { c.Infer.IndexElems = kept })
		}
	}
}

func yes() *pg.Node {
	return &pg.Node{Node: &pg.Node_AConst{AConst: &pg.A_Const{Val: &pg.A_Const_Boolval{Boolval: &pg.Boolean{Boolval: true}}}}}
}

func boolean(kind pg.BoolExprType, args ...*pg.Node) *pg.Node_BoolExpr {
	return &pg.Node_BoolExpr{BoolExpr: &pg.BoolExpr{Boolop: kind, Args: args}}
}
