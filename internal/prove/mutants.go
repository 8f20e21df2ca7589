package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
)

// redundant are the mutants that no test can find, because another check refuses what they let through: each with that check,
// or why it is of no account.
var redundant = map[string]string{
	"internal/accounts/internal/db/accounts.sql.go: deleteToken: id = $1 need not hold":                                         "no two tokens have the same hash",
	"internal/accounts/session.go: SignIn: row.ID.IsZero(): never":                                                              "no password has the hash that an unknown address is compared with",
	"internal/accounts/signup.go: ResendSignUp: err == nil && renewed == 0: never":                                              "it was read in the same transaction; where others write meanwhile, a link is mailed that opens nothing",
	"internal/organizations/internal/db/organizations.sql.go: deleteOrganization: remove_at <= $2 need not hold":                "stillGone looked in the same transaction, and SQLite has one that writes",
	"internal/organizations/internal/db/organizations.sql.go: hurryClosing: status = 'closing' need not hold":                   "it was read in the same transaction, and SQLite has one that writes",
	"internal/organizations/internal/db/organizations.sql.go: noteReminded: status = 'closing' need not hold":                   "toRemind read it in the same transaction, and SQLite has one that writes",
	`internal/organizations/invitation.go: ResolveInvitation: secret == "": never`:                                              "no invitation has the hash of an empty secret, and the answer is the same",
	"internal/apikeys/internal/db/apikeys.sql.go: rotateKey: id = $2 need not hold":                                             "no two keys have the same hash",
	"internal/apikeys/internal/db/apikeys.sql.go: rotateKey: secret_hash = $3 need not hold":                                    "it was read in the same transaction, and SQLite has one that writes",
	"internal/apikeys/internal/db/apikeys.sql.go: rotateKey: revoked_at IS NULL need not hold":                                  "it was read in the same transaction, and SQLite has one that writes",
	"internal/sso/internal/db/sso.sql.go: identity: i.issuer = $2 need not hold":                                                "connections of a former issuer are removed when it changes",
	"internal/sso/internal/db/sso.sql.go: useIdentity: issuer = $2 need not hold":                                               "connections of a former issuer are removed when it changes",
	"internal/depot/s3.go: OpenS3: u.Host == \"\": never":                                                                       "the library refuses an address without a host, which is told in the same words",
	"internal/organizations/membership.go: change: user != tx.Actor().UserID: always":                                           "a role covers itself",
	"internal/takeout/make.go: Office.write: err == nil && noted == 0: never":                                                   "finish asks again; this only ends it sooner",
	"internal/catalog/food.go: FoodOf: tx.Require(authz.CatalogRead) is not asked":                                              "DeclarationOf, which it begins with, asks",
	"internal/catalog/food.go: AsFood: tx.Require(authz.CatalogRead) is not asked":                                              "FoodOf, which it begins with, asks",
	"internal/catalog/product.go: Listings: tx.Require(authz.CatalogRead) is not asked":                                         "List, which it begins with, asks",
	"internal/catalog/recipe.go: GetRecipe: tx.Require(authz.CatalogRead) is not asked":                                         "Versions, which it begins with, asks",
	"internal/catalog/recipe.go: RecipeByID: tx.Require(authz.CatalogRead) is not asked":                                        "Versions, which it begins with, asks",
	"internal/production/cancel.go: CancelOrder: tx.Require(authz.OrdersWrite) is not asked":                                    "orders.Move, which it begins with, asks",
	"internal/api/api.go: API.serve: if !httpkit.Readable(slug): never":                                                         "SQLite looks for such a text and does not find it, which is the same answer",
	"internal/inventory/declaration.go: FoodOf: tx.Require(authz.InventoryRead) is not asked":                                   "Foods, which it begins with, asks",
	"internal/web/materials.go: Request.unitCost: q.Actor().May(authz.CostsRead) is always so":                                  "inventory writes no cost of somebody who sees none",
	"internal/web/materials.go: Request.costOf: q.Actor().May(authz.CostsRead) is always so":                                    "inventory writes no cost of somebody who sees none",
	"internal/web/site.go: Request.read: !httpkit.Readable(q.URL.Path): never":                                                  "SQLite looks for such a text and does not find it, which is the same answer",
	"internal/web/site.go: Site.resolve: if !httpkit.Readable(slug): never":                                                     "SQLite looks for such a text and does not find it, which is the same answer",
	`internal/accounts/session.go: Authenticate: if token == "": never`:                                                         "no session has the hash of an empty token, and the answer is the same",
	"internal/apikeys/authenticate.go: Authenticate: if len(secret) != secretLength || !strings.HasPrefix(secret, mark): never": "no key has the hash of such a text, and the answer is the same",
	"internal/apikeys/authenticate.go: Authenticate: len(secret) != secretLength: never":                                        "no key has the hash of such a text, and the answer is the same",
	"internal/apikeys/authenticate.go: Authenticate: !strings.HasPrefix(secret, mark): never":                                   "no key has the hash of such a text, and the answer is the same",
}

// mutants switches off one check of the program after the other, and demands that a test fails. With CRAFTPLAN_PROVE_MUTANTS it is
// those whose name has that text in it, as in internal/accounts/.
func mutants(ctx context.Context) (outcome, error) {
	h, err := prepared(ctx)
	if err != nil {
		return outcome{}, err
	}
	s, only := h.schemata, os.Getenv("CRAFTPLAN_PROVE_MUTANTS")
	wanted := func(n int) bool { return h.leaks[n] == "" && strings.Contains(s.mutants[n-1].String(), only) }
	killed, err := h.hunt(ctx, wanted)
	if err != nil {
		return outcome{}, err
	}
	found := outcome{figures: map[string]int{"killed": len(killed)}, partial: only != ""}
	known := map[string]bool{}
	for i, m := range s.mutants {
		name := m.String()
		known[name] = true
		if !wanted(i + 1) {
			continue
		}
		found.figures["mutants"]++
		if os.Getenv("CRAFTPLAN_PROVE_VERBOSE") != "" {
			fmt.Printf("%s <- %s\n", name, killed[i+1])
		}
		switch reason := redundant[name]; {
		case killed[i+1] == "" && reason == "":
			found.problems = append(found.problems, "no test fails when "+name)
		case killed[i+1] == "":
			found.figures["redundant"]++
		case reason != "":
			found.problems = append(found.problems, fmt.Sprintf("%s is on the list of what no test finds, and %s does", name, killed[i+1]))
		}
	}
	for name := range redundant {
		if !known[name] {
			found.problems = append(found.problems, name+" is on the list of what no test finds, and is no mutant")
		}
	}
	slices.Sort(found.problems)
	return found, nil
}
