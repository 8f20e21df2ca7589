package main

import (
	"fmt"
	"go/ast"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// core are the functions that decide who may open what, of which every condition is mutated, both ways. Elsewhere it is the
// conditions of what refuses.
var core = map[string][]string{
	"internal/web/site.go":                   {"Site.serve", "Site.identify", "Site.resolve", "Request.memberships", "Request.moved"},
	"internal/web/mailbox.go":                {"Mailbox.admit"},
	"internal/api/api.go":                    {"API.serve", "bearer"},
	"internal/organizations/organization.go": {"Resolve"},
	"internal/organizations/membership.go":   {"change"},
	"internal/organizations/invitation.go":   {"checkInvited", "Invited.read", "Invited.Accept", "Invited.end", "join"},
	"internal/apikeys/authenticate.go":       {"Authenticate", "bySecret"},
	"internal/accounts/session.go":           {"Authenticate", "SignedIn.Enough", "Entry.begin"},
	"internal/accounts/token.go":             {"readToken", "readTokenOf", "token.use"},
	"internal/authz/authz.go":                {"Actor.Require", "Actor.Through", "Role.Covers"},
	"internal/store/guard.go":                {"guard.check", "guard.ExecContext", "guard.QueryContext", "guard.QueryRowContext"},
	"internal/store/scope.go":                {"Scope.check"},
	"internal/store/triggers.go":             {"boundConn.BeginTx", "triggersOf"},
	"internal/store/queue.go":                {"OrganizationOf", "SystemTx.Enqueue"},
	"internal/jobs/jobs.go":                  {"ForOrganization", "ForNobody"},
	"internal/files/contents.go":             {"names"},
	"internal/secret/secret.go":              {"bind"},
	"internal/sso/signin.go":                 {"Desk.Return"},
}

// guarded are the domains of which every condition of every statement is mutated, but for the organization's, which the proof
// of statements needs.
var guarded = []string{"accounts", "organizations", "apikeys", "sso"}

// apart are packages that decide nothing about who may do what.
var apart = []string{"apptest", "bench", "brand", "calendar", "cli", "config", "demo", "exact", "fault", "generate", "houserules", "id", "logo", "money", "oidc", "outbound", "picture", "prove", "quantity", "search", "storetest", "tenantgen", "ui", "assets"}

// mutate finds the mutants of the program.
func mutate() (*schemata, error) {
	s := newSchemata()
	err := filepath.WalkDir("internal", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if slices.Contains(apart, d.Name()) || d.Name() == "node_modules" {
				return filepath.SkipDir
			}
			return nil
		}
		path = filepath.ToSlash(path)
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.HasSuffix(path, "_templ.go") || strings.HasSuffix(path, "/tenant_gen.go") {
			return nil
		}
		f, err := s.open(path)
		if err != nil {
			return err
		}
		if strings.HasSuffix(path, ".sql.go") {
			if slices.Contains(guarded, strings.Split(path, "/")[1]) {
				s.statements(f)
			}
			return nil
		}
		for _, decl := range f.file.Decls {
			if function, ok := decl.(*ast.FuncDecl); ok && function.Body != nil {
				s.function(f, function)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return s, s.parts()
}

// function finds the mutants of a function: what asks for a permission, and what refuses.
func (s *schemata) function(f *rewritten, function *ast.FuncDecl) {
	where := f.path + ": " + functionName(function)
	thorough := slices.Contains(core[f.path], functionName(function))
	ast.Inspect(function.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			s.permission(f, where, n)
		case *ast.IfStmt:
			if thorough {
				s.both(f, where, n.Cond)
			} else if refuses(f, n.Body.List) {
				s.never(f, where, n.Cond)
			}
		case *ast.SwitchStmt:
			if n.Tag == nil {
				s.cases(f, where, n, thorough)
			}
		case *ast.ReturnStmt:
			if thorough && len(n.Results) == 1 {
				s.operands(f, where, n.Results[0])
			}
		case *ast.AssignStmt:
			if thorough && len(n.Rhs) == 1 {
				s.operands(f, where, n.Rhs[0])
			}
		}
		return true
	})
}

func (s *schemata) cases(f *rewritten, where string, n *ast.SwitchStmt, thorough bool) {
	for _, stmt := range n.Body.List {
		clause := stmt.(*ast.CaseClause)
		for _, condition := range clause.List {
			if thorough || refuses(f, clause.Body) {
				s.never(f, where, condition)
			}
		}
	}
}

// permission mutates the questions of what somebody may do.
func (s *schemata) permission(f *rewritten, where string, call *ast.CallExpr) {
	selector, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || len(call.Args) != 1 {
		return
	}
	switch selector.Sel.Name {
	case "Require":
		f.wrap(call, fmt.Sprintf("mutant.Passes(%d, ", s.number(where, "%s is not asked", f.line(call))), ")")
	case "May":
		f.wrap(call, fmt.Sprintf("mutant.Holds(%d, ", s.number(where, "%s is always so", f.line(call))), ")")
	case "Covers":
		if strings.Contains(f.line(selector.X), "Role") || f.line(selector.X) == "r" {
			f.wrap(call, fmt.Sprintf("mutant.Holds(%d, ", s.number(where, "%s is always so", f.line(call))), ")")
		}
	}
}

// both makes a condition always hold, and never.
func (s *schemata) both(f *rewritten, where string, condition ast.Expr) {
	if mapped(f.line(condition)) {
		return
	}
	text := f.line(condition)
	always, never := s.number(where, "if %s: always", text), s.number(where, "if %s: never", text)
	f.wrap(condition, fmt.Sprintf("mutant.Either(%d, %d, ", always, never), ")")
	s.operands(f, where, condition)
}

// never makes a condition, and each of those it consists of, never hold.
func (s *schemata) never(f *rewritten, where string, condition ast.Expr) {
	if binary, ok := condition.(*ast.BinaryExpr); ok && binary.Op == token.LOR {
		s.never(f, where, binary.X)
		s.never(f, where, binary.Y)
		return
	}
	if text := f.line(condition); !mapped(text) {
		f.wrap(condition, fmt.Sprintf("mutant.Fails(%d, ", s.number(where, "%s: never", text)), ")")
	}
}

// operands makes each part of "a && b" and "a || b" not count.
func (s *schemata) operands(f *rewritten, where string, condition ast.Expr) {
	for {
		paren, ok := condition.(*ast.ParenExpr)
		if !ok {
			break
		}
		condition = paren.X
	}
	binary, ok := condition.(*ast.BinaryExpr)
	if !ok || binary.Op != token.LOR && binary.Op != token.LAND {
		return
	}
	for _, side := range []ast.Expr{binary.X, binary.Y} { // the outer one first: it stands before the inner one
		if !mapped(f.line(side)) {
			change, word := "Fails", "never"
			if binary.Op == token.LAND {
				change, word = "Holds", "always"
			}
			f.wrap(side, fmt.Sprintf("mutant.%s(%d, ", change, s.number(where, "%s: %s", f.line(side), word)), ")")
		}
		s.operands(f, where, side)
	}
}

// mapped tells a condition that only passes an error on, or gives it its words.
func mapped(condition string) bool {
	for _, plain := range []string{"err != nil", "err == nil", "fault.Is(err, fault.KindNotFound)", "fault.Is(err, fault.KindUnauthenticated)", "e := "} {
		if condition == plain {
			return true
		}
	}
	return strings.HasPrefix(condition, "err = ") || strings.HasPrefix(condition, "errors.Is(err,") || condition == "ok" || condition == "!ok"
}

// refuses tells whether statements answer with a refusal.
func refuses(f *rewritten, body []ast.Stmt) bool {
	for _, stmt := range body {
		var values []ast.Expr
		switch stmt := stmt.(type) {
		case *ast.ReturnStmt:
			values = stmt.Results
		case *ast.AssignStmt:
			values = stmt.Rhs
		}
		for _, value := range values {
			if refusal(f.line(value)) {
				return true
			}
		}
	}
	return false
}

func refusal(value string) bool {
	for _, kind := range []string{"fault.NotFound(", "fault.Forbidden(", "fault.Unauthenticated(", "river.JobCancel(", "river.JobSnooze("} {
		if strings.HasPrefix(value, kind) {
			return true
		}
	}
	named := strings.TrimPrefix(strings.TrimPrefix(value, "err"), "Err")
	return named != value && named != "" && named[0] >= 'A' && named[0] <= 'Z'
}

// part is a place where what belongs to an organization is kept apart by its id, and what is there when the mutant is on.
type part struct{ path, function, expression, instead string }

// partsOfKeys hold the organization, or whoever else alone may use what the key is of.
var partsOfKeys = []part{
	{"internal/store/tx.go", "Tx.Seal", "tx.scope.organization.String()", `"anybody"`},
	{"internal/store/tx.go", "Tx.Open", "tx.scope.organization.String()", `"anybody"`},
	{"internal/store/tx.go", "SystemTx.Seal", "owner.String()", `"anybody"`},
	{"internal/store/tx.go", "SystemTx.Open", "owner.String()", `"anybody"`},
	{"internal/store/tx.go", "Store.run", "withOrganization(ctx, scope.organization)", "ctx"},
	{"internal/store/queue.go", "Tx.Enqueue", "jobStamp{Organization: &tx.scope.organization}", "jobStamp{}"},
	{"internal/store/queue.go", "Tx.EnqueueIn", "jobStamp{Organization: &tx.scope.organization}", "jobStamp{}"},
	{"internal/store/triggers.go", "boundTx.Commit", "nil", "t.bound.organization"},
	{"internal/store/triggers.go", "boundTx.Rollback", "nil", "t.bound.organization"},
	{"internal/store/triggers.go", "triggersOf", `fmt.Sprintf(trigger, table, "insert", "INSERT", table, foreign("NEW"))`, `""`},
	{"internal/store/triggers.go", "triggersOf", `fmt.Sprintf(trigger, table, "update", "UPDATE", table, foreign("OLD"))`, `""`},
	{"internal/store/triggers.go", "triggersOf", `fmt.Sprintf(trigger, table, "delete", "DELETE", table, foreign("OLD"))`, `""`},
	{"internal/store/triggers.go", "triggersOf", `fmt.Sprintf(trigger, table, "move", fmt.Sprintf("UPDATE OF %q", column), table, "TRUE")`, `""`},
	{"internal/files/contents.go", "names", "key.Organization.String()", `"everybody"`},
	{"internal/web/mail.go", "", `"organization:" + q.Member.Organization.ID.String()`, `"organization:"`},
	{"internal/web/provider.go", "", `"organization:" + q.Member.Organization.ID.String()`, `"organization:"`},
	{"internal/api/api.go", "API.count", "q.Key.ID.String()", `"everybody"`},
	{"internal/httpkit/httpkit.go", "", `"private, no-store"`, `"public, max-age=60"`},
	{"internal/web/shell.go", "", `"private, max-age=86400"`, `"public, max-age=86400"`},
	{"internal/web/logo.go", "Request.servePicture", `"private, no-cache"`, `"public, max-age=60"`},
	{"internal/web/logo.go", "Request.servePicture", `"private, max-age=31536000, immutable"`, `"public, max-age=31536000, immutable"`},
	{"internal/apikeys/authenticate.go", "Authenticate", "o.Scope.Through(o.Scopes)", "o.Scope"},
}

// sealing are the functions whose parts are mutated together: what is sealed without its owner opens without it.
var sealing = map[string]string{"Tx.Open": "Tx.Seal", "SystemTx.Open": "SystemTx.Seal"}

func (s *schemata) parts() error {
	numbers := map[string]int{}
	for _, p := range partsOfKeys {
		f, err := s.open(p.path)
		if err != nil {
			return err
		}
		found := 0
		for _, decl := range f.file.Decls {
			function, ok := decl.(*ast.FuncDecl)
			if !ok || p.function != "" && functionName(function) != p.function {
				continue
			}
			ast.Inspect(function, func(n ast.Node) bool {
				e, ok := n.(ast.Expr)
				if !ok || f.line(e) != p.expression || p.expression == "nil" && found > 0 {
					return true
				}
				found++
				name := functionName(function)
				number := numbers[p.path+sealing[name]]
				if number == 0 {
					number = s.number(p.path+": "+name, "%s becomes %s", p.expression, p.instead)
					numbers[p.path+name] = number
				}
				f.wrap(e, fmt.Sprintf("mutant.Instead(%d, ", number), ", "+p.instead+")")
				return false
			})
		}
		if found != 1 {
			return fmt.Errorf("%s: %s: %q is there %d times", p.path, p.function, p.expression, found)
		}
	}
	return nil
}

// statements mutates the conditions of the queries in a generated file.
func (s *schemata) statements(f *rewritten) {
	texts := map[string]string{}
	ast.Inspect(f.file, func(n ast.Node) bool {
		if value, ok := n.(*ast.ValueSpec); ok && len(value.Values) == 1 {
			if literal, ok := value.Values[0].(*ast.BasicLit); ok && literal.Kind == token.STRING {
				texts[value.Names[0].Name], _ = strconv.Unquote(literal.Value)
			}
		}
		return true
	})
	ast.Inspect(f.file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || !strings.HasPrefix(f.line(call.Fun), "q.db.") {
			return true
		}
		name := f.line(call.Args[1])
		var others strings.Builder
		for _, c := range conditions(texts[name]) {
			number := s.number(f.path+": "+name, "%s need not hold", c.text)
			fmt.Fprintf(&others, ", mutant.Statement{N: %d, SQL: %s}", number, "`"+c.without+"`")
		}
		if others.Len() > 0 {
			f.wrap(call.Args[1], "mutant.SQL(", others.String()+")")
		}
		return true
	})
}
