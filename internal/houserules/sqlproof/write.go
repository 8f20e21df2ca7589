package sqlproof

import (
	pg "github.com/pganalyze/pg_query_go/v6"
	"google.golang.org/protobuf/proto"
)

func (p *prover) update(s *pg.UpdateStmt) {
	ctes := p.with(s.WithClause, nil)
	target := p.named(s.Relation, nil)
	all := []*reference{target}
	for _, node := range s.FromClause {
		all = append(all, p.from(node, ctes)...)
	}
	p.tied(all, s.WhereClause)
	p.keeps(target.table, s.TargetList)
	p.subqueries(ctes, s.WhereClause)
	p.subqueries(ctes, s.TargetList...)
	p.subqueries(ctes, s.ReturningList...)
}

// keeps refuses to move a row to another organization.
func (p *prover) keeps(table string, assignments []*pg.Node) {
	column, _ := p.column(table)
	for _, node := range assignments {
		if column != "" && node.GetResTarget().GetName() == column {
			p.refuse("%s.%s is assigned: a row never changes its organization", table, column)
		}
	}
}

func (p *prover) remove(s *pg.DeleteStmt) {
	ctes := p.with(s.WithClause, nil)
	all := []*reference{p.named(s.Relation, nil)}
	for _, node := range s.UsingClause {
		all = append(all, p.from(node, ctes)...)
	}
	p.tied(all, s.WhereClause)
	p.subqueries(ctes, s.WhereClause)
	p.subqueries(ctes, s.ReturningList...)
}

func (p *prover) insert(s *pg.InsertStmt) {
	ctes := p.with(s.WithClause, nil)
	table := p.named(s.Relation, nil).table
	if column, must := p.column(table); must {
		p.given(table, column, s)
	}
	p.conflict(table, s.OnConflictClause, ctes)
	p.subqueries(ctes, s.SelectStmt)
	p.subqueries(ctes, s.ReturningList...)
}

// given refuses an INSERT whose rows do not all get $1 as their organization.
func (p *prover) given(table, column string, s *pg.InsertStmt) {
	if !p.organization {
		p.refuse("%s is a table of organizations, and the statement is given none", table)
		return
	}
	position, count := 0, 0
	for i, node := range s.Cols {
		if node.GetResTarget().GetName() == column {
			position, count = i, count+1
		}
	}
	source := s.SelectStmt.GetSelectStmt()
	switch {
	case count != 1 || source == nil || s.Override > pg.OverridingKind_OVERRIDING_NOT_SET:
		p.refuse("INSERT INTO %s does not name the column %s and give it a value", table, column)
	case !gives(source, position):
		p.refuse("INSERT INTO %s gives %s something else than $1", table, column)
	case len(source.ValuesLists) == 0 && s.OnConflictClause == nil && len(s.ReturningList) == 0:
		p.refuse("INSERT INTO %s ... SELECT needs RETURNING or ON CONFLICT: a distributed database would COPY, past row-level security", table)
	case len(source.ValuesLists) > 0 && selects(source):
		p.refuse("INSERT INTO %s selects inside VALUES, which a distributed database refuses", table)
	}
}

func gives(s *pg.SelectStmt, position int) bool {
	if s.Op != pg.SetOperation_SETOP_NONE {
		return gives(s.Larg, position) && gives(s.Rarg, position)
	}
	rows := [][]*pg.Node{}
	for _, list := range s.ValuesLists {
		rows = append(rows, list.GetList().GetItems())
	}
	if len(s.ValuesLists) == 0 {
		row := []*pg.Node{}
		for _, target := range s.TargetList {
			row = append(row, target.GetResTarget().GetVal())
		}
		rows = append(rows, row)
	}
	for _, row := range rows {
		if position >= len(row) || !organization(row[position]) || starred(row[:position]) {
			return false
		}
	}
	return true
}

// selects tells whether a query stands inside VALUES.
func selects(values *pg.SelectStmt) (found bool) {
	for _, list := range values.ValuesLists {
		walk(list, func(m proto.Message) bool {
			_, query := m.(*pg.SelectStmt)
			found = found || query
			return !found
		})
	}
	return found
}

// starred tells whether a column stands for many, so that what follows is at another place than it seems.
func starred(row []*pg.Node) bool {
	for _, node := range row {
		for _, field := range node.GetColumnRef().GetFields() {
			if field.GetAStar() != nil {
				return true
			}
		}
	}
	return false
}

// conflict refuses an upsert that could meet another organization's row: the key that decides holds the organization.
func (p *prover) conflict(table string, c *pg.OnConflictClause, ctes names) {
	if c == nil {
		return
	}
	key := c.GetInfer().GetIndexElems()
	if len(key) == 0 {
		p.refuse("ON CONFLICT names no columns")
	}
	p.keeps(table, c.TargetList)
	p.subqueries(ctes, c.TargetList...)
	p.subqueries(ctes, c.WhereClause, c.GetInfer().GetWhereClause())
	column, must := p.column(table)
	if !must {
		return
	}
	for _, node := range key {
		if node.GetIndexElem().GetName() == column {
			return
		}
	}
	p.refuse("ON CONFLICT does not name %s among its columns", column)
}
