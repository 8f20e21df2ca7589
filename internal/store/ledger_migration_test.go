package store_test

import (
	"context"
	"strings"
	"testing"

	"craftplan/internal/authz"
	"craftplan/internal/calendar"
	"craftplan/internal/id"
	"craftplan/internal/inventory"
	"craftplan/internal/quantity"
	"craftplan/internal/settings"
	"craftplan/internal/store"
	"craftplan/internal/store/storetest"
)

// Two organizations as they were before the ledger: $org, $user and $n are filled in for each. There are flour, of which two lots were
// used with costs that do not come out even, and bread: a batch of ten made five pieces for an order that was delivered and three for
// one that is ready.
const beforeLedger = `
INSERT INTO users (id, email, name, password_hash, created_at, updated_at) VALUES ('$user', 'rosa$n@oven.example', 'Rosa', '', '$at', '$at');
INSERT INTO organizations (id, name, slug, status, billing_plan, time_zone, locale, currency, brand_color, created_at, updated_at) VALUES ('$org', 'Oven', 'oven$n', 'active', 'starter', 'UTC', 'en', 'USD', '#000000', '$at', '$at');
INSERT INTO memberships (organization_id, user_id, role, status, created_at, updated_at) VALUES ('$org', '$user', 'owner', 'active', '$at', '$at');
INSERT INTO settings (organization_id, tax_mode, tax_rate, lead_time_days, daily_capacity, shipping_flat, labor_hourly_rate, overhead_rate, updated_at) VALUES ('$org', 'exclusive', 0, 0, 0, 0, 0, 0, '$at');
INSERT INTO sequences (organization_id, name, year, next_value) VALUES ('$org', 'L', 2026, 8), ('$org', 'OR', 2026, 4);
INSERT INTO materials (organization_id, id, name, sku, unit, price, notes, search_text, created_at, created_by, updated_at, updated_by) VALUES ('$org', '$flour', 'Flour', 'FLOUR', 'g', 2001, '', 'flour', '$at', '$user', '$at', '$user');
INSERT INTO lots (organization_id, id, material_id, code, supplier_lot, status, received_at, received_on, unit_cost, on_hand, created_at, created_by) VALUES
  ('$org', '00000000-0000-7000-8000-$n000000000a1', '$flour', 'L-2026-0001', 'MÜL 7', 'available', '$at', '2026-01-05', 2001, 0, '$at', '$user'),
  ('$org', '00000000-0000-7000-8000-$n000000000a2', '$flour', 'L-2026-0007', '', 'quarantined', '$at', '2026-01-06', 1999, 7000001, '$at', '$user');
INSERT INTO movements (organization_id, id, material_id, lot_id, kind, quantity, unit_cost, reason, source_kind, source_id, occurred_at, occurred_on, created_at, created_by) VALUES
  ('$org', '00000000-0000-7000-8000-$n000000000b1', '$flour', '00000000-0000-7000-8000-$n000000000a1', 'receipt', 3000001, 2001, 'Delivery', '', NULL, '$at', '2026-01-05', '$at', '$user'),
  ('$org', '00000000-0000-7000-8000-$n000000000b2', '$flour', '00000000-0000-7000-8000-$n000000000a1', 'consumption', -1500000, 2001, 'Batch B-1', 'batch', '$batch', '$at', '2026-01-05', '$at', '$user'),
  ('$org', '00000000-0000-7000-8000-$n000000000b3', '$flour', '00000000-0000-7000-8000-$n000000000a1', 'waste', -1500001, 2001, 'Mice', '', NULL, '$at', '2026-01-05', '$at', '$user'),
  ('$org', '00000000-0000-7000-8000-$n000000000b4', '$flour', '00000000-0000-7000-8000-$n000000000a2', 'opening', 7000001, 1999, '', '', NULL, '$at', '2026-01-06', '$at', '$user');
INSERT INTO products (organization_id, id, name, sku, status, price, max_daily_quantity, notes, search_text, created_at, created_by, updated_at, updated_by) VALUES ('$org', '$bread', 'Bread', 'BREAD', 'active', 5000000, 0, '', 'bread', '$at', '$user', '$at', '$user');
INSERT INTO customers (organization_id, id, reference, kind, name, contact_name, email, phone, notes, search_text, created_at, created_by, updated_at, updated_by) VALUES ('$org', '$cafe', 'CU-0001', 'company', 'Café', '', '', '', '', 'cafe', '$at', '$user', '$at', '$user');
INSERT INTO orders (organization_id, id, reference, customer_id, status, payment_status, fulfilment, delivery_at, delivery_on, currency, tax_mode, tax_rate, discount_kind, discount_value, subtotal, discount_total, shipping_total, tax_total, total, notes, search_text, created_at, created_by, updated_at, updated_by) VALUES
  ('$org', '00000000-0000-7000-8000-$n000000000c1', 'OR-2026-0001', '$cafe', 'delivered', 'pending', 'pickup', '$at', '2026-01-05', 'USD', 'exclusive', 0, 'none', 0, 0, 0, 0, 0, 0, '', '', '$at', '$user', '$at', '$user'),
  ('$org', '00000000-0000-7000-8000-$n000000000c2', 'OR-2026-0002', '$cafe', 'ready', 'pending', 'pickup', '$at', '2026-01-05', 'USD', 'exclusive', 0, 'none', 0, 0, 0, 0, 0, 0, '', '', '$at', '$user', '$at', '$user');
INSERT INTO order_lines (organization_id, id, order_id, position, product_id, quantity, unit_price, line_total, produced_quantity, material_cost, labor_cost, overhead_cost) VALUES
  ('$org', '00000000-0000-7000-8000-$n000000000d1', '00000000-0000-7000-8000-$n000000000c1', 0, '$bread', 5000000, 0, 0, 5000000, 0, 0, 0),
  ('$org', '00000000-0000-7000-8000-$n000000000d2', '00000000-0000-7000-8000-$n000000000c2', 0, '$bread', 3000000, 0, 0, 3000000, 0, 0, 0);
INSERT INTO batches (organization_id, id, code, day_number, product_id, status, scheduled_on, planned_quantity, produced_quantity, scrap_quantity, notes, material_cost, labor_cost, overhead_cost, unit_cost, started_at, started_by, completed_at, completed_by, created_at, created_by) VALUES
  ('$org', '$batch', 'B-1', 1, '$bread', 'completed', '2026-01-05', 8000000, 10000000, 0, '', 3000, 0, 0, 1250007, '$at', '$user', '$at', '$user', '$at', '$user');
INSERT INTO allocations (organization_id, batch_id, order_line_id, planned_quantity, completed_quantity) VALUES ('$org', '$batch', '00000000-0000-7000-8000-$n000000000d1', 5000000, 5000000), ('$org', '$batch', '00000000-0000-7000-8000-$n000000000d2', 3000000, 3000000);
INSERT INTO consumptions (organization_id, batch_id, lot_id, material_id, quantity, cost) VALUES ('$org', '$batch', '00000000-0000-7000-8000-$n000000000a1', '$flour', 1500000, 3002);
`

// What the old ledger knew is in the new one: sums agree, values are to the millionth, and what was made for orders that still wait is
// on the shelf.
func TestLedgerMigration(t *testing.T) {
	for _, engine := range []store.Engine{store.SQLite, store.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			db := storetest.Before(t, engine, 30)
			var scopes []store.Scope
			for n := range 2 {
				scopes = append(scopes, writeOld(t, db, string(rune('1'+n))))
			}
			db.Upgrade()
			for _, scope := range scopes {
				db.Do(t, scope, func(ctx context.Context, tx *store.Tx) error { return checkNew(ctx, t, tx) })
			}
		})
	}
}

func writeOld(t *testing.T, db *storetest.DB, n string) store.Scope {
	t.Helper()
	organization, user := id.NewOrganization(), id.New()
	fill := strings.NewReplacer("$org", organization.String(), "$user", user.String(), "$n", n, "$at", "2026-01-05T04:00:00.000000Z",
		"$flour", id.New().String(), "$bread", id.New().String(), "$cafe", id.New().String(), "$batch", id.New().String())
	conn, err := db.Raw().Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	statements := strings.Split(strings.TrimSpace(fill.Replace(beforeLedger)), ";\n")
	if store.EngineOf(db.Owner) == store.Postgres {
		statements = append([]string{"SET app.organization_id = '" + organization.String() + "'"}, statements...)
	}
	for _, s := range statements {
		if _, err := conn.ExecContext(t.Context(), s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
	zone, err := calendar.Zone("UTC")
	if err != nil {
		t.Fatal(err)
	}
	return store.NewScope(organization, authz.Actor{UserID: user, Role: authz.Owner}, store.Context{Zone: zone, Locale: "en", Currency: "USD"})
}

func checkNew(ctx context.Context, t *testing.T, tx *store.Tx) error {
	t.Helper()
	if n, err := inventory.Balanced(ctx, tx); n != 0 || err != nil {
		t.Errorf("%d sums differ, %v", n, err)
	}
	flour, err := inventory.Get(ctx, tx, "FLOUR")
	if err != nil {
		return err
	}
	if flour.OnHand != 7_000_001 || flour.Lots != 2 {
		t.Errorf("flour %+v", flour)
	}
	lots, err := inventory.Lots(ctx, tx, flour.ID)
	if err != nil {
		return err
	}
	if len(lots) != 2 || lots[0].Value != 13_993 || lots[0].Status != inventory.Quarantined || lots[1].Code != "L-2026-0001" || lots[1].SupplierLot != "MÜL 7" || lots[1].Value != 0 {
		t.Errorf("lots %+v", lots)
	}
	movements, err := inventory.Movements(ctx, tx, flour.ID)
	if err != nil {
		return err
	}
	values := map[inventory.Kind]int64{}
	for _, m := range movements {
		values[m.Kind] = int64(m.Value)
		if m.Kind == inventory.Consumption && m.Source.Name != "B-1" {
			t.Errorf("the batch's movement is of %+v", m.Source)
		}
	}
	// 3.000001 g at 0.002001 are 0.006003; 1.5 g are 0.0030015, rounded 0.003002 twice: the receipt takes the rest.
	if len(movements) != 4 || values[inventory.Consumption] != -3_002 || values[inventory.Waste] != -3_002 || values[inventory.Received] != 6_004 {
		t.Errorf("values %v", values)
	}
	bread, err := inventory.GetLot(ctx, tx, "B-1")
	if bread.OnHand != quantity.Of(3) || bread.Value != 3*1_250_007 || bread.Item.Kind != inventory.OfProduct {
		t.Errorf("bread %+v", bread)
	}
	if err != nil {
		return err
	}
	if s, err := inventory.ReadSettings(ctx, tx); err != nil || s.LotPattern != "L-{yyyy}-{0000}" || s.Negative != inventory.Forbid {
		t.Errorf("settings %+v, %v", s, err)
	}
	n, err := settings.NextNumber(ctx, tx, "lot L-2026-#", 0)
	if n != 8 {
		t.Errorf("the next lot of 2026 has the number %d", n)
	}
	return err
}
