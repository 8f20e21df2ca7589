// Package sqlproof proves, with PostgreSQL's own parser, that a statement reads and writes the rows of one organization alone:
// every table of an organization that it names is tied by an AND-ed "organization_id = $1" that each row taken from the table
// must meet, in the same FROM list. What it cannot parse or does not know is refused. It is for tests.
package sqlproof

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	pg "github.com/pganalyze/pg_query_go/v6"
	parser "github.com/wasilibs/go-pgquery"
	"google.golang.org/protobuf/proto"
)

// Column is how a row of an organization says whose it is.
const Column = "organization_id"

// Schema is every table a statement may name.
type Schema struct {
	// Tenant are the tables of organizations.
	Tenant []string
	// Directory are tables outside any organization that hold an organization's id, with the column that does. A statement of
	// one organization ties them like its own; another may read them as it likes.
	Directory map[string]string
	// Global are the tables that hold no organization.
	Global []string
}

// ForOrganization proves a statement whose $1 is the organization.
func (s Schema) ForOrganization(sql string) error { return s.prove(sql, true) }

// ForSystem proves a statement that is given no organization: it names no table of one.
func (s Schema) ForSystem(sql string) error { return s.prove(sql, false) }

type prover struct {
	schema       Schema
	organization bool // $1 is the organization
	seen         map[proto.Message]bool
	problems     []error
}

func (s Schema) prove(sql string, organization bool) error {
	tree, err := parser.Parse(sql)
	if err != nil {
		return fmt.Errorf("cannot be parsed: %w", err)
	}
	if len(tree.Stmts) != 1 {
		return fmt.Errorf("%d statements in one text", len(tree.Stmts))
	}
	p := &prover{schema: s, organization: organization, seen: map[proto.Message]bool{}}
	p.statement(tree.Stmts[0].Stmt)
	p.known(tree)
	return errors.Join(p.problems...)
}

func (p *prover) refuse(format string, args ...any) {
	p.problems = append(p.problems, fmt.Errorf(format, args...))
}

func (p *prover) statement(node *pg.Node) {
	switch n := node.Node.(type) {
	case *pg.Node_SelectStmt:
		p.query(n.SelectStmt, nil)
	case *pg.Node_InsertStmt:
		p.insert(n.InsertStmt)
	case *pg.Node_UpdateStmt:
		p.update(n.UpdateStmt)
	case *pg.Node_DeleteStmt:
		p.remove(n.DeleteStmt)
	default:
		p.refuse("only SELECT, INSERT, UPDATE and DELETE can be proved, not %T", node.Node)
	}
}

// names are the common table expressions in sight.
type names map[string]bool

func (p *prover) query(s *pg.SelectStmt, ctes names) {
	p.seen[s] = true
	ctes = p.with(s.WithClause, ctes)
	if s.Op != pg.SetOperation_SETOP_NONE {
		p.query(s.Larg, ctes)
		p.query(s.Rarg, ctes)
	}
	var all []*reference
	for _, node := range s.FromClause {
		all = append(all, p.from(node, ctes)...)
	}
	p.tied(all, s.WhereClause)
	p.subqueries(ctes, s.WhereClause, s.HavingClause, s.LimitOffset, s.LimitCount)
	for _, list := range [][]*pg.Node{s.DistinctClause, s.TargetList, s.GroupClause, s.WindowClause, s.ValuesLists, s.SortClause} {
		p.subqueries(ctes, list...)
	}
}

func (p *prover) with(clause *pg.WithClause, ctes names) names {
	if clause == nil {
		return ctes
	}
	ctes = maps.Clone(ctes)
	if ctes == nil {
		ctes = names{}
	}
	for _, node := range clause.Ctes {
		cte := node.GetCommonTableExpr()
		query := cte.GetCtequery().GetSelectStmt()
		switch {
		case query == nil:
			p.refuse("WITH %s changes data, which SQLite cannot", cte.GetCtename())
			continue
		case p.table(cte.Ctename):
			p.refuse("WITH %s hides the table of that name", cte.Ctename)
			continue
		}
		if clause.Recursive {
			ctes[cte.Ctename] = true
		}
		p.query(query, ctes)
		ctes[cte.Ctename] = true
	}
	return ctes
}

// subqueries proves the queries inside expressions, each by itself: a condition outside them does not tie them.
func (p *prover) subqueries(ctes names, nodes ...*pg.Node) {
	for _, node := range nodes {
		walk(node, func(m proto.Message) bool {
			query, ok := m.(*pg.SelectStmt)
			if ok {
				p.query(query, ctes)
			}
			return !ok
		})
	}
}

func (p *prover) table(name string) bool {
	_, directory := p.schema.Directory[name]
	return directory || slices.Contains(p.schema.Tenant, name) || slices.Contains(p.schema.Global, name)
}

// column is the one that says whose a row of the table is, and whether this statement must name it.
func (p *prover) column(table string) (name string, must bool) {
	if slices.Contains(p.schema.Tenant, table) {
		return Column, true
	}
	if name, ok := p.schema.Directory[table]; ok {
		return name, p.organization
	}
	return "", false
}
