package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"craftplan/internal/app"
	"craftplan/internal/calendar"
	"craftplan/internal/generate"
	"craftplan/internal/orders"
	"craftplan/internal/production"
	"craftplan/internal/quantity"
	"craftplan/internal/secret"
	"craftplan/internal/store"
	"craftplan/internal/store/storetest/cluster"
)

// installation is a filled database with the program in front.
type installation struct {
	*store.Store
	url    string
	server *httptest.Server
	scope  store.Scope
	keys   secret.Keys
	remove func()
}

func (b *bench) engine(engine store.Engine) error {
	small, err := b.install(engine, 1)
	if err != nil {
		return err
	}
	defer small.close()
	full, err := b.install(engine, b.organizations)
	if err != nil {
		return err
	}
	defer full.close()
	v, err := visit(b.ctx, small)
	if err != nil {
		return err
	}
	for _, workers := range []int{1, 8} {
		if err := b.pages(engine, v, workers); err != nil {
			return err
		}
		if err := b.changes(engine, v, small, workers); err != nil {
			return err
		}
		if err := b.floors(engine, v, small, workers); err != nil {
			return err
		}
	}
	if err := b.people(engine, small); err != nil {
		return err
	}
	if err := b.recipes(engine, small); err != nil {
		return err
	}
	if engine == store.SQLite {
		if err := b.password(small); err != nil {
			return err
		}
	}
	w, err := visit(b.ctx, full)
	if err != nil {
		return err
	}
	if err := b.materials(engine, v, small); err != nil {
		return err
	}
	if err := b.compare(engine, v, w); err != nil {
		return err
	}
	return b.imports(engine, small)
}

// empty is a database with nothing in it, and nothing in front.
func (b *bench) empty(engine store.Engine) (i *installation, owner string, err error) {
	i = &installation{}
	if owner, err = i.create(b.ctx, engine); err != nil {
		return nil, "", err
	}
	if _, err := store.Migrate(b.ctx, owner); err != nil {
		return nil, "", err
	}
	if i.keys, err = secret.Parse(secret.Generate()); err != nil {
		return nil, "", err
	}
	i.Store, err = store.Open(b.ctx, i.url, store.Options{Relaxed: true, Keys: i.keys})
	return i, owner, err
}

// settle lets PostgreSQL learn what there is, as its own housekeeping does within a minute.
func (b *bench) settle(engine store.Engine, owner string) error {
	if engine != store.Postgres {
		return nil
	}
	return cluster.Execute(b.ctx, owner, "ANALYZE")
}

// install fills a database: the first organization with the orders that are measured, the others with fewer.
func (b *bench) install(engine store.Engine, count int) (*installation, error) {
	i, owner, err := b.empty(engine)
	if err != nil {
		return nil, err
	}
	for _, o := range []generate.Options{{Organizations: 1, Orders: b.orders, Seed: 1}, {Organizations: count, Orders: b.others, Seed: 1}} {
		if err := generate.Run(b.ctx, i.Store, o); err != nil {
			return nil, err
		}
	}
	if err := b.settle(engine, owner); err != nil {
		return nil, err
	}
	handler, err := program(i.Store, 0)
	if err != nil {
		return nil, err
	}
	i.server = httptest.NewServer(handler)
	return i, nil
}

// program is what answers in front of a database.
func program(st *store.Store, traced float64) (*app.App, error) {
	return app.New(app.Options{Store: st, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Host: "localhost", Hasty: true, Traced: traced})
}

func (i *installation) create(ctx context.Context, engine store.Engine) (owner string, err error) {
	if engine == store.SQLite {
		dir, err := os.MkdirTemp("", "craftplan-bench-")
		i.url, i.remove = filepath.Join(dir, "bench.db"), func() { os.RemoveAll(dir) }
		return i.url, err
	}
	super := os.Getenv(cluster.Variable)
	if super == "" {
		return "", errors.New("run it with: make bench")
	}
	name := fmt.Sprintf("bench_%d_%d", os.Getpid(), databases.Add(1))
	i.url, i.remove = cluster.As(super, "craftplan_web", name), func() {}
	return cluster.As(super, "craftplan_owner", name), cluster.Execute(ctx, super, "CREATE DATABASE "+name+" OWNER craftplan_owner")
}

var databases atomic.Int64

func (i *installation) close() {
	if i.server != nil {
		i.server.Close()
	}
	i.Store.Close()
	i.remove()
}

// pages measures what people look at.
func (b *bench) pages(engine store.Engine, v *visitor, workers int) error {
	for _, page := range []struct{ what, path string }{{"overview", "/"}, {"order list, 50 rows", "/orders"}, {"one order", v.order}} {
		m, err := load(workers, b.each, func() error { return v.get(page.path) })
		if err != nil {
			return err
		}
		if err := b.report(string(engine), page.what, workers, m); err != nil {
			return err
		}
	}
	return nil
}

// changes measures what people do: a new order through the form, and the completion of a batch.
func (b *bench) changes(engine store.Engine, v *visitor, i *installation, workers int) error {
	form, err := v.orderForm(b.ctx, i)
	if err != nil {
		return err
	}
	m, err := load(workers, b.each, func() error { return v.post("/orders", form) })
	if err != nil {
		return err
	}
	if err := b.report(string(engine), "create order", workers, m); err != nil {
		return err
	}
	codes, err := i.batches(b.ctx, 400)
	if err != nil {
		return err
	}
	var next atomic.Int64
	m, err = until(workers, 0, time.Minute, func() (bool, error) {
		n := int(next.Add(1)) - 1
		if n >= len(codes) {
			return false, nil
		}
		return true, v.post("/batches/"+codes[n]+"/completion", map[string][]string{"produced": {"4"}, "scrap": {"0"}})
	})
	if err != nil {
		return err
	}
	return b.report(string(engine), "complete batch", workers, m)
}

// batches are started batches of one order each, on days of their own.
func (i *installation) batches(ctx context.Context, count int) (codes []string, err error) {
	err = i.Update(ctx, i.scope, func(tx *store.Tx) error {
		codes = nil
		product, err := firstProduct(ctx, tx)
		if err != nil {
			return err
		}
		customer, err := firstCustomer(ctx, tx)
		if err != nil {
			return err
		}
		for n := range count {
			day := tx.Today().AddDays(1000 + int(farAway.Add(1)))
			code, err := startBatch(ctx, tx, product.ID, product.SKU, customer, day)
			if err != nil {
				return fmt.Errorf("batch %d: %w", n, err)
			}
			codes = append(codes, code)
		}
		return nil
	})
	return codes, err
}

var farAway atomic.Int64 // days beyond all that was generated, so that no two batches share one

func startBatch(ctx context.Context, tx *store.Tx, product productID, sku, customer string, day calendar.Date) (string, error) {
	o, err := orders.Create(ctx, tx, orders.NewOrder{CustomerReference: customer, DeliveryAt: day.At(12, 0, tx.Context().Zone), Fulfilment: "pickup",
		Discount: orders.Discount{Kind: orders.NoDiscount}, Lines: []orders.NewLine{{ProductID: product, Quantity: quantity.Of(4)}}})
	if err != nil {
		return "", err
	}
	if _, err := orders.Move(ctx, tx, o.Reference, orders.Confirmed); err != nil {
		return "", err
	}
	batch, err := production.BatchAll(ctx, tx, sku, day)
	if err != nil {
		return "", err
	}
	_, err = production.Start(ctx, tx, batch.Code)
	return batch.Code, err
}

// floors measures the least that a page could cost: its main query through the driver alone, and its bytes from memory.
func (b *bench) floors(engine store.Engine, v *visitor, i *installation, workers int) error {
	driver := "sqlite"
	if engine == store.Postgres {
		driver = "pgx"
	}
	db, err := sql.Open(driver, i.owner(engine))
	if err != nil {
		return err
	}
	defer db.Close()
	db.SetMaxIdleConns(workers)
	db.SetMaxOpenConns(workers)
	organization := i.scope.Organization().String()
	statement, err := db.PrepareContext(b.ctx, `SELECT o.id, o.reference, c.name, o.status, o.payment_status, o.fulfilment, o.delivery_at, o.total FROM orders AS o
		JOIN customers AS c ON c.organization_id = $1 AND c.id = o.customer_id WHERE o.organization_id = $1 ORDER BY o.delivery_at DESC, o.id DESC LIMIT 50`)
	if err != nil {
		return err
	}
	defer statement.Close()
	m, err := load(workers, b.each, func() error { return readAll(b.ctx, statement, organization) })
	if err != nil {
		return err
	}
	if err := b.report(string(engine), "floor: the list's query alone", workers, m); err != nil {
		return err
	}
	return b.memory(engine, v, workers)
}

// owner is past row-level security, as the floor shall be.
func (i *installation) owner(engine store.Engine) string {
	if engine == store.SQLite {
		return i.url
	}
	return cluster.As(i.url, "postgres", databaseOf(i.url))
}

func readAll(ctx context.Context, statement *sql.Stmt, organization string) error {
	rows, err := statement.QueryContext(ctx, organization)
	if err != nil {
		return err
	}
	defer rows.Close()
	var cells [8]sql.RawBytes
	count := 0
	for rows.Next() {
		if err := rows.Scan(&cells[0], &cells[1], &cells[2], &cells[3], &cells[4], &cells[5], &cells[6], &cells[7]); err != nil {
			return err
		}
		count++
	}
	if count != 50 {
		return fmt.Errorf("%d rows instead of 50", count)
	}
	return rows.Err()
}

func (b *bench) memory(engine store.Engine, v *visitor, workers int) error {
	body, err := v.read("/orders")
	if err != nil {
		return err
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write(body)
	}))
	defer server.Close()
	still := &visitor{base: server.URL, client: v.client}
	m, err := load(workers, b.each, func() error { return still.get("/") })
	if err != nil {
		return err
	}
	return b.report(string(engine), "floor: the list's bytes from memory", workers, m)
}

// compare measures the order list of the same organization alone and among all others, turn by turn.
func (b *bench) compare(engine store.Engine, alone, among *visitor) error {
	var one, many measured
	const turns = 6
	for range turns {
		for _, side := range []struct {
			v    *visitor
			into *measured
		}{{alone, &one}, {among, &many}} {
			m, err := load(1, b.each/turns*2, func() error { return side.v.get("/orders") })
			if err != nil {
				return err
			}
			side.into.add(m)
		}
	}
	if err := b.report(string(engine), "order list, 1 organization", 1, one); err != nil {
		return err
	}
	if err := b.report(string(engine), fmt.Sprintf("order list, %d organizations", b.organizations), 1, many); err != nil {
		return err
	}
	return b.ratio(string(engine), "the same page among the others", float64(many.at(50))/float64(one.at(50)), "times")
}
