package sqlproof

import (
	pg "github.com/pganalyze/pg_query_go/v6"
)

// reference is one item of a FROM list with the conditions that every row taken from it meets.
type reference struct {
	table, alias string // table is empty for what is no table: a sub-select, a common table expression, json_each
	guards       []*pg.Node
}

func (p *prover) from(node *pg.Node, ctes names) []*reference {
	switch n := node.Node.(type) {
	case *pg.Node_RangeVar:
		return []*reference{p.named(n.RangeVar, ctes)}
	case *pg.Node_RangeSubselect:
		if n.RangeSubselect.Lateral {
			p.refuse("LATERAL is unknown to SQLite")
		}
		p.subqueries(ctes, n.RangeSubselect.Subquery)
		return []*reference{{alias: n.RangeSubselect.Alias.GetAliasname()}}
	case *pg.Node_RangeFunction:
		p.subqueries(ctes, n.RangeFunction.Functions...)
		return []*reference{{alias: n.RangeFunction.Alias.GetAliasname()}}
	case *pg.Node_JoinExpr:
		return p.join(n.JoinExpr, ctes)
	}
	p.refuse("FROM holds what the proof does not know: %T", node.Node)
	return nil
}

// join gives each side the conditions that hold for its rows. ON of an outer join does not hold for the side that is kept:
// its rows stay when the condition is false.
func (p *prover) join(j *pg.JoinExpr, ctes names) []*reference {
	left, right := p.from(j.Larg, ctes), p.from(j.Rarg, ctes)
	if j.IsNatural || j.Alias != nil || j.JoinUsingAlias != nil {
		p.refuse("a NATURAL or named join hides which table a column is of")
	}
	for _, column := range j.UsingClause {
		if column.GetString_().GetSval() == Column {
			p.refuse("USING (%s) ties tables to each other, not to $1", Column)
		}
	}
	p.subqueries(ctes, j.Quals)
	switch j.Jointype {
	case pg.JoinType_JOIN_INNER:
		guard(left, j.Quals)
		guard(right, j.Quals)
	case pg.JoinType_JOIN_LEFT:
		guard(right, j.Quals)
	case pg.JoinType_JOIN_RIGHT:
		guard(left, j.Quals)
	case pg.JoinType_JOIN_FULL:
	default:
		p.refuse("a kind of join the proof does not know: %s", j.Jointype)
	}
	return append(left, right...)
}

func guard(all []*reference, condition *pg.Node) {
	for _, r := range all {
		r.guards = append(r.guards, condition)
	}
}

func (p *prover) named(v *pg.RangeVar, ctes names) *reference {
	p.seen[v] = true
	r := &reference{table: v.Relname, alias: v.Relname}
	if v.Alias != nil {
		r.alias = v.Alias.Aliasname
	}
	switch {
	case v.Catalogname != "" || v.Schemaname != "":
		p.refuse("%s is named with its schema", v.Relname)
	case !v.Inh:
		p.refuse("ONLY %s is unknown to SQLite", v.Relname)
	case ctes[v.Relname]:
		r.table = ""
	case !p.table(v.Relname):
		p.refuse("%s is a table the proof does not know", v.Relname)
	case len(v.Alias.GetColnames()) > 0:
		p.refuse("%s has its columns renamed", v.Relname)
	}
	return r
}

// tied refuses a reference to an organization's table that neither its joins nor the WHERE clause tie to $1.
func (p *prover) tied(all []*reference, where *pg.Node) {
	guard(all, where)
	aliases := map[string]bool{}
	for _, r := range all {
		if aliases[r.alias] {
			p.refuse("two tables are called %s", r.alias)
		}
		aliases[r.alias] = true
		column, must := p.column(r.table)
		switch {
		case !must:
		case !p.organization:
			p.refuse("%s is a table of organizations, and the statement is given none", r.table)
		case !r.tied(column, len(all) == 1):
			p.refuse("%s is not tied to the organization: no AND-ed %s.%s = $1 holds for all its rows", r.table, r.alias, column)
		}
	}
}

func (r *reference) tied(column string, alone bool) bool {
	for _, condition := range r.guards {
		for _, c := range conjuncts(condition) {
			if r.equals(c, column, alone) {
				return true
			}
		}
	}
	return false
}

// conjuncts are the conditions that are all true where the whole is.
func conjuncts(node *pg.Node) []*pg.Node {
	and := node.GetBoolExpr()
	if and == nil || and.Boolop != pg.BoolExprType_AND_EXPR {
		return []*pg.Node{node}
	}
	var all []*pg.Node
	for _, arg := range and.Args {
		all = append(all, conjuncts(arg)...)
	}
	return all
}

// equals tells whether a condition is "column = $1" of this very reference, either way round.
func (r *reference) equals(condition *pg.Node, column string, alone bool) bool {
	e := condition.GetAExpr()
	if e == nil || e.Kind != pg.A_Expr_Kind_AEXPR_OP || len(e.Name) != 1 || e.Name[0].GetString_().GetSval() != "=" {
		return false
	}
	return r.is(e.Lexpr, column, alone) && organization(e.Rexpr) || organization(e.Lexpr) && r.is(e.Rexpr, column, alone)
}

// is tells whether an expression is the column of this reference. Without a table's name it is only where there is one table.
func (r *reference) is(node *pg.Node, column string, alone bool) bool {
	var path []string
	for _, field := range node.GetColumnRef().GetFields() {
		path = append(path, field.GetString_().GetSval())
	}
	switch len(path) {
	case 1:
		return alone && path[0] == column
	case 2:
		return path[0] == r.alias && path[1] == column
	}
	return false
}

// organization tells whether an expression is $1, or $1 cast to the type of organizations' ids, which changes it on neither
// engine.
func organization(node *pg.Node) bool {
	if c := node.GetTypeCast(); c != nil {
		name := c.TypeName.GetNames()
		if len(name) != 1 || name[0].GetString_().GetSval() != "org_text" || len(c.TypeName.ArrayBounds) > 0 || len(c.TypeName.Typmods) > 0 {
			return false
		}
		node = c.Arg
	}
	return node.GetParamRef().GetNumber() == 1
}
