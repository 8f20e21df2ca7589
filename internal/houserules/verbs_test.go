package houserules

import (
	"context"
	"fmt"
	"go/ast"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"craftplan/internal/apikeys"
	"craftplan/internal/audit"
	"craftplan/internal/authz"
	"craftplan/internal/catalog"
	"craftplan/internal/crm"
	"craftplan/internal/digest"
	"craftplan/internal/fault"
	"craftplan/internal/files"
	"craftplan/internal/importing"
	"craftplan/internal/inventory"
	"craftplan/internal/logo"
	"craftplan/internal/mail"
	"craftplan/internal/orders"
	"craftplan/internal/organizations"
	"craftplan/internal/pricing"
	"craftplan/internal/production"
	"craftplan/internal/settings"
	"craftplan/internal/sso"
	"craftplan/internal/stocktake"
	"craftplan/internal/store"
	"craftplan/internal/store/storetest"
	"craftplan/internal/takeout"
)

// verbs are what domains let somebody do, by the permission that each asks for.
var verbs = map[authz.Permission][]any{
	authz.CustomersRead:       {crm.Get, crm.GetByID, crm.Groups, crm.List, crm.Options},
	authz.CustomersWrite:      {crm.AddGroup, crm.Create, crm.RenameGroup, crm.Update},
	authz.InventoryRead:       {digest.Choose, digest.Chosen, inventory.Allergens, inventory.Balanced, inventory.ByID, inventory.BySKU, inventory.Categories, inventory.FoodOf, inventory.Foods, inventory.Get, inventory.GetLot, inventory.GetTransfer, inventory.History, inventory.Horizon, inventory.Ledger, inventory.List, inventory.ListLots, inventory.Locations, inventory.Lots, inventory.MeasureOf, inventory.MovedBy, inventory.Movements, inventory.Named, inventory.Nutrients, inventory.OnHand, inventory.OnTheWay, inventory.OpenLocations, inventory.Options, inventory.Places, inventory.Reckon, inventory.Shortages, inventory.SpreadOf, inventory.Tags, inventory.TakenCodes, inventory.Transfers, inventory.Usable, stocktake.Containers, stocktake.Get, stocktake.List},
	authz.InventoryWrite:      {inventory.Adjust, inventory.AdjustItem, inventory.Arrive, inventory.CallBack, inventory.Correct, inventory.Create, inventory.CreateAll, inventory.Declare, inventory.Describe, inventory.Merge, inventory.Receive, inventory.ReceiveAll, inventory.Relocate, inventory.Reverse, inventory.ReverseSource, inventory.Send, inventory.SetStatus, inventory.Split, inventory.Take, inventory.Update, inventory.UpdateAll, stocktake.AddContainer, stocktake.Approve, stocktake.Cancel, stocktake.ChangeContainer, stocktake.Record, stocktake.RemoveContainer, stocktake.Start},
	authz.CatalogRead:         {catalog.AsFood, catalog.BySKU, catalog.CostHistory, catalog.CostToday, catalog.DeclarationOf, catalog.DraftOf, catalog.Flatten, catalog.FoodOf, catalog.Get, catalog.GetRecipe, catalog.List, catalog.Listings, catalog.Made, catalog.Margins, catalog.Options, catalog.Photos, catalog.Plans, catalog.Preview, catalog.ReadPhoto, catalog.RecipeByID, catalog.Taken, catalog.Variants, catalog.Versions, pricing.All, pricing.For, pricing.Get, pricing.Offers},
	authz.CatalogWrite:        {catalog.AddPhoto, catalog.AddVariant, catalog.ArrangePhotos, catalog.Create, catalog.CreateAll, catalog.Declare, catalog.DiscardDraft, catalog.Publish, catalog.RemovePhoto, catalog.Reprice, catalog.SaveDraft, catalog.Update, catalog.UpdateAll, pricing.Create, pricing.Update},
	authz.OrdersRead:          {orders.Get, orders.List, orders.Preview, organizations.Leave},
	authz.OrdersWrite:         {orders.Begin, orders.Create, orders.Deliver, orders.Move, orders.Record, orders.TakeBack, orders.Unrecord, production.CancelOrder},
	authz.ProductionRead:      {production.BatchesOfOrder, production.DayOf, production.Get, production.List, production.Shortages, production.StockOf},
	authz.ProductionWrite:     {production.BatchAll, production.Cancel, production.Complete, production.SetAside, production.Start},
	authz.SettingsRead:        {files.Used, sso.Offered},
	authz.SettingsWrite:       {inventory.AddAllergen, inventory.AddLocation, inventory.AddNutrient, inventory.ArchiveAllergen, inventory.ArchiveLocation, inventory.ArchiveNutrient, inventory.RenameAllergen, inventory.RenameLocation, inventory.RenameNutrient, inventory.RestoreAllergen, inventory.RestoreLocation, inventory.RestoreNutrient, inventory.SetHomes, inventory.UpdateSettings, mail.ChangeSettings, mail.GetSettings, mail.Log, organizations.AddMember, settings.Change, settings.Update, settings.UpdateLabels},
	authz.CostsRead:           {catalog.RatesOf, inventory.PaidFor, organizations.ShowCosts},
	authz.MembersWrite:        {organizations.ChangeRole, organizations.HideCosts, organizations.Invitations, organizations.Invite, organizations.Members, organizations.PeopleUsed, organizations.Reinstate, organizations.Remove, organizations.Resend, organizations.Revoke, organizations.ShowCosts, organizations.Suspend, sso.Identities},
	authz.KeysWrite:           {apikeys.Create, apikeys.List, apikeys.Revoke, apikeys.Rotate, apikeys.Used},
	authz.AuditRead:           {audit.List, audit.People},
	authz.Archive:             {catalog.Delete, catalog.Withdraw, crm.Archive, crm.RemoveGroup, crm.Restore, inventory.Archive, inventory.Delete, inventory.Restore, pricing.Archive, pricing.Restore, production.Undo, stocktake.Undo},
	authz.Import:              {importing.Discard, importing.Get, importing.List, importing.Problems, importing.Start, importing.Undo, importing.Undoable},
	authz.Takeout:             {takeout.Archives, takeout.Ask, takeout.Remove, takeout.Stop},
	authz.OrganizationControl: {logo.Change, logo.Remove, organizations.Change, organizations.Close, organizations.EndSupport, organizations.GrantSupport, organizations.Preview, organizations.RequireSecondFactor, organizations.SetLogo, organizations.TransferOwnership, sso.Change, sso.Disconnect, sso.Get, sso.Remove},
}

// permissions are all there are.
var permissions = []authz.Permission{authz.CustomersRead, authz.CustomersWrite, authz.InventoryRead, authz.InventoryWrite, authz.CatalogRead, authz.CatalogWrite, authz.OrdersRead, authz.OrdersWrite,
	authz.ProductionRead, authz.ProductionWrite, authz.SettingsRead, authz.SettingsWrite, authz.CostsRead, authz.MembersWrite, authz.KeysWrite, authz.AuditRead, authz.Archive, authz.Import, authz.Takeout, authz.OrganizationControl}

// Every verb refuses an owner who lacks nothing but the permission it asks for, before it looks at anything else.
func TestVerbsAskForTheirPermission(t *testing.T) {
	db := storetest.New(t, store.SQLite)
	owner := db.Organization("Sunrise")
	for missing, some := range verbs {
		var others []authz.Permission
		for _, p := range permissions {
			if p != missing {
				others = append(others, p)
			}
		}
		scope := owner.Through(others)
		check := func(verb any, err error) {
			if !fault.Is(err, fault.KindForbidden) || !strings.Contains(fault.MessageOf(err), string(missing)) {
				t.Errorf("%s without %s: %v", verbName(verb), missing, err)
			}
		}
		for _, verb := range some {
			if reflect.TypeOf(verb).In(1) == reflect.TypeFor[*store.Store]() { // it begins transactions of its own
				check(verb, call(t.Context(), verb, db.Store, scope))
				continue
			}
			_ = db.Update(t.Context(), scope, func(tx *store.Tx) error {
				check(verb, call(t.Context(), verb, scope, tx))
				return errNothing
			})
		}
	}
}

var errNothing = fmt.Errorf("nothing of it shall stay")

// call calls a verb with nothing but the right to an organization, and returns its error.
func call(ctx context.Context, verb any, given ...any) (err error) {
	f := reflect.ValueOf(verb)
	defer func() {
		if problem := recover(); problem != nil {
			err = fmt.Errorf("it went on with nothing: %v", problem)
		}
	}()
	args := []reflect.Value{reflect.ValueOf(ctx)}
	for i := 1; i < f.Type().NumIn(); i++ {
		arg := reflect.Zero(f.Type().In(i))
		for _, value := range given {
			if reflect.TypeOf(value) == f.Type().In(i) {
				arg = reflect.ValueOf(value)
			}
		}
		args = append(args, arg)
	}
	results := f.Call(args)
	err, _ = results[len(results)-1].Interface().(error)
	return err
}

// verbName is a function's name with its package's.
func verbName(verb any) string {
	name := runtime.FuncForPC(reflect.ValueOf(verb).Pointer()).Name()
	return name[strings.LastIndex(name, "/")+1:]
}

// A verb that asks is in the table.
func TestVerbsAreKnown(t *testing.T) {
	known := map[string]bool{}
	for permission, some := range verbs {
		for _, verb := range some {
			known[verbName(verb)+" "+string(permission)] = true
		}
	}
	texts := map[string]string{}
	for _, p := range permissions {
		texts[strings.ReplaceAll(string(p), ":", "")] = string(p)
	}
	asked := 0
	for _, s := range sources(t) {
		if s.test || !slices.Contains(domains, s.pkg) {
			continue
		}
		for _, decl := range s.file.Decls {
			verb, ok := decl.(*ast.FuncDecl)
			if !ok || verb.Recv != nil || !verb.Name.IsExported() {
				continue
			}
			for _, name := range asks(verb) {
				asked++
				if permission := texts[strings.ToLower(name)]; !known[s.pkg+"."+verb.Name.Name+" "+permission] {
					t.Errorf("%s.%s asks for %s: add it to the table", s.pkg, verb.Name.Name, name)
				}
			}
		}
	}
	if asked < 100 {
		t.Errorf("found only %d", asked)
	}
}

// asks are the permissions that a function names to Require.
func asks(f *ast.FuncDecl) (names []string) {
	ast.Inspect(f, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok && len(call.Args) == 1 {
			require, ok := call.Fun.(*ast.SelectorExpr)
			if permission, named := call.Args[0].(*ast.SelectorExpr); ok && named && require.Sel.Name == "Require" {
				names = append(names, permission.Sel.Name)
			}
		}
		return true
	})
	return names
}
