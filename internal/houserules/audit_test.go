package houserules

import (
	"go/ast"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// unrecorded are the verbs that change something and leave no entry in the audit log, each with the reason. Whoever adds a verb that
// writes either records what it does or says here why not.
var unrecorded = reasons(`
apikeys.Authenticate: notes that a key was used
catalog.Declare: what a label says can be read in the row, with who said it last
catalog.DiscardDraft: a draft is nobody else's yet
catalog.MaterialsChanged: costs that follow from others; their history is kept with the product
catalog.RatesChanged: costs that follow from others; their history is kept with the product
catalog.SaveDraft: a draft is nobody else's yet
crm.Archive: a customer's row says who changed it last
crm.Restore: a customer's row says who changed it last
digest.LeaveMornings: leaves jobs
digest.Send: the mail log tells of it
files.Library.Bring: a content that no row names yet
files.Library.Put: the verb records that keeps a file for something
files.Library.PutAll: the verb records that keeps files for something
files.Remove: the verb records that takes away what the file is for
files.Replace: the verb records that keeps a file in the place of another
inventory.AddStandards: runs while the organization is made, or completes it with what the law names
inventory.Arrive: rows of the ledger, which are never changed, say who and when
inventory.Bootstrap: runs while the organization is made
importing.Desk.Expire: a file goes after a day
importing.Desk.GiveUp: the start of the import is recorded
importing.Desk.Upload: nothing was imported yet
importing.Discard: nothing was imported
inventory.CallBack: rows of the ledger, which are never changed, say who and when
inventory.Correct: the approval of the count is recorded
inventory.CreateAll: the import is recorded that brings them, and each row says who made it
inventory.Declare: what a label says can be read in the row, with who said it last
inventory.Describe: the history of the lot keeps what was noted before, and who changed it
inventory.FixUnits: follows from a recipe
inventory.Keep: the verb records that changes the material or product
inventory.Merge: rows of the ledger, which are never changed, say who and when
inventory.Receive: rows of the ledger, which are never changed, say who and when
inventory.ReceiveAll: rows of the ledger, which are never changed, say who and when
inventory.Relocate: rows of the ledger, which are never changed, say who and when
inventory.ReverseSource: the verb records that undoes the document
inventory.Send: rows of the ledger, which are never changed, say who and when
inventory.Split: rows of the ledger, which are never changed, say who and when
inventory.Take: rows of the ledger, which are never changed, say who and when
mail.Mailer.Deliver: the mail log tells of it
mail.Mailer.DeliverToPerson: a mail to a person, kept for the operator
mail.Mailer.Test: a test mail changes nothing
mail.Send: a mail follows from a change, and the mail log tells of it
organizations.Arrival.Bring: what another installation recorded; Settle records how the organization came to be
organizations.Arrival.TurnBack: what never became an organization leaves nothing
organizations.SetSupporter: is the operator's, of no organization; who comes in is told in both logs
organizations.CheckClosing: reminds; what is removed leaves a summary for the operator
organizations.Remover.Remove: leaves a summary for the operator; the log itself goes
orders.Create: an order's row says who made it and when
settings.Bootstrap: runs while the organization is made
settings.NextNumber: a number is part of what it is for
settings.NextReference: a number is part of what it is for
sso.Desk.Arrive: a way to sign in, and that a connection was used
sso.Desk.Begin: a way to sign in
sso.Desk.Offer: asks a stranger who they are
stocktake.AddContainer: a container is a tool; counts keep what it weighed
stocktake.ChangeContainer: a container is a tool; counts keep what it weighed
stocktake.Record: a line of a count says who counted it and when
stocktake.RemoveContainer: a container is a tool; counts keep what it weighed
stocktake.Start: a count's row says who began it and when
takeout.Office.Expire: an archive goes after a week
takeout.Office.GiveUp: that it was asked for is recorded
takeout.Office.Make: that it was asked for is recorded
takeout.Daily.Look: copies an installation
takeout.Restore.From: makes an installation where none is
takeout.Schedule.Leave: leaves jobs
`)

// recordless are domains of no organization, and the log itself.
var recordless = []string{"accounts", "audit"}

// TestChangesAreRecorded: every exported function of a domain that leads to a statement that writes also leads to audit.Record, or
// stands above with a reason.
func TestChangesAreRecorded(t *testing.T) {
	writing := regexp.MustCompile(`(?m)^\s*(INSERT|UPDATE|DELETE)\b`)
	writes := map[string]bool{} // domain.Query
	for _, s := range statements(t) {
		if writing.MatchString(s.sql) {
			writes[s.domain+"."+s.name] = true
		}
	}
	known := functionsOfDomains(t)
	unused, recorded := map[string]bool{}, 0
	for name := range unrecorded {
		unused[name] = true
	}
	for name, f := range known {
		if !f.exported || slices.Contains(recordless, f.pkg) || !known.leads(name, func(pkg, call string) bool {
			query, is := strings.CutPrefix(call, "query ")
			return is && writes[pkg+"."+query]
		}) {
			continue
		}
		records := known.leads(name, func(_, call string) bool { return call == "audit.Record" })
		switch {
		case records && unused[name]:
			t.Errorf("%s records what it does: take it off the list", name)
		case !records && unrecorded[name] == "":
			t.Errorf("%s writes and leaves no entry in the audit log: record it, or say why not", name)
		case records:
			recorded++
		}
		delete(unused, name)
	}
	for name := range unused {
		t.Errorf("%s is none that writes: take it off the list", name)
	}
	if recorded < 50 {
		t.Errorf("only %d verbs record", recorded)
	}
	t.Logf("proved: %d verbs that record what they change", recorded)
}

// calling is a function and what it calls: a function of its own package as Name, a method as .Name, a function of another domain as
// domain.Name, and a generated query as query Name.
type calling struct {
	pkg      string
	exported bool
	calls    []string
}

type callGraph map[string]calling // by domain.Name, or domain.Type.Name

func functionsOfDomains(t *testing.T) callGraph {
	t.Helper()
	all := callGraph{}
	for _, s := range sources(t) {
		if s.test || !slices.Contains(domains, s.pkg) {
			continue
		}
		for _, decl := range s.file.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if !ok || len(f.Type.Params.List) == 0 || printed(f.Type.Params.List[0].Type) != "context.Context" {
				continue // it reaches no database
			}
			name := f.Name.Name
			if f.Recv != nil {
				name = strings.TrimPrefix(printed(f.Recv.List[0].Type), "*") + "." + name
			}
			all[s.pkg+"."+name] = calling{s.pkg, f.Name.IsExported(), called(f, s.file)}
		}
	}
	return all
}

func called(f *ast.FuncDecl, in *ast.File) (names []string) {
	packages := map[string]bool{}
	for _, i := range in.Imports {
		path := strings.Trim(i.Path.Value, `"`)
		packages[path[strings.LastIndex(path, "/")+1:]] = true
	}
	queries := queriesOf(f)
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr: // also a function that is handed on
			x, ident := n.X.(*ast.Ident)
			switch {
			case isQueries(n.X), ident && queries[x.Name]:
				names = append(names, "query "+n.Sel.Name)
			case ident && slices.Contains(domains, x.Name) && packages[x.Name]:
				names = append(names, x.Name+"."+n.Sel.Name)
			case !ident || !packages[x.Name]:
				names = append(names, "."+n.Sel.Name)
			}
		case *ast.CallExpr:
			if x, ok := n.Fun.(*ast.Ident); ok {
				names = append(names, x.Name)
			}
		}
		return true
	})
	return names
}

// isQueries tells whether an expression is the generated queries of a transaction.
func isQueries(e ast.Expr) bool {
	call, ok := e.(*ast.CallExpr)
	return ok && strings.HasPrefix(printed(call.Fun), "db.For")
}

// queriesOf are the names that a function gives to them.
func queriesOf(f *ast.FuncDecl) map[string]bool {
	names := map[string]bool{}
	ast.Inspect(f, func(n ast.Node) bool {
		if a, ok := n.(*ast.AssignStmt); ok && len(a.Lhs) == len(a.Rhs) {
			for i := range a.Rhs {
				if isQueries(a.Rhs[i]) {
					names[printed(a.Lhs[i])] = true
				}
			}
		}
		return true
	})
	return names
}

// leads tells whether a function calls what is looked for, itself or through others.
func (g callGraph) leads(from string, wanted func(pkg, call string) bool) bool {
	seen := map[string]bool{}
	var look func(name string) bool
	look = func(name string) bool {
		if seen[name] {
			return false
		}
		seen[name] = true
		f := g[name]
		for _, call := range f.calls {
			if wanted(f.pkg, call) || slices.ContainsFunc(g.targets(f.pkg, call), look) {
				return true
			}
		}
		return false
	}
	return look(from)
}

// targets are the functions that a call may mean: of a method only its name is known.
func (g callGraph) targets(pkg, call string) (names []string) {
	method, is := strings.CutPrefix(call, ".")
	if !is {
		return []string{call, pkg + "." + call}
	}
	for name, f := range g {
		if f.pkg == pkg && strings.Count(name, ".") == 2 && strings.HasSuffix(name, "."+method) {
			names = append(names, name)
		}
	}
	return names
}
