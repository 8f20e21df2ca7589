package demo

import (
	"context"

	"craftplan/internal/crm"
	"craftplan/internal/store"
)

func fillBakery(ctx context.Context, st *store.Store, scope store.Scope) error {
	return addCustomers(ctx, st, scope, "Chicago", "US", "Harbor Street Café", "Northside Grocers", "Juniper & Rye Deli", "O'Brien's Pub", "Lakeview School")
}

func fillSoap(ctx context.Context, st *store.Store, scope store.Scope) error {
	return addCustomers(ctx, st, scope, "Berlin", "Germany", "Hofladen Grün", "Apotheke am Markt", "Hotel Spreeblick")
}

func fillRoastery(ctx context.Context, st *store.Store, scope store.Scope) error {
	return addCustomers(ctx, st, scope, "Seattle", "US", "Pier 9 Coffee Bar", "Fern Bookshop")
}

func addCustomers(ctx context.Context, st *store.Store, scope store.Scope, city, country string, names ...string) error {
	return st.Update(ctx, scope, func(tx *store.Tx) error {
		for i, name := range names {
			d := crm.Details{Kind: crm.Company, Name: name, Email: "orders@customer" + string(rune('a'+i)) + ".example", Shipping: crm.Address{Street: "48 Harbor Street", City: city, Country: country}}
			if _, err := crm.Create(ctx, tx, d); err != nil {
				return err
			}
		}
		return nil
	})
}
