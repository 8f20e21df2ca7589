package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"craftplan/internal/crm"
	"craftplan/internal/generate"
	"craftplan/internal/store"
)

// carried measures a large organization on its way from SQLite to SQLite, to PostgreSQL and out of it again: how long it takes and how
// much memory, and how long somebody of another organization waits meanwhile who changes something.
func (b *bench) carried() error {
	dir, err := os.MkdirTemp("", "craftplan-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	c := carrier{bench: b, dir: dir, binary: filepath.Join(dir, "craftplan")}
	if err := b.build(c.binary); err != nil {
		return err
	}
	lite, _, err := b.empty(store.SQLite)
	if err != nil {
		return err
	}
	defer lite.close()
	postgres, _, err := b.empty(store.Postgres)
	if err != nil {
		return err
	}
	defer postgres.close()
	if err := generate.Run(b.ctx, lite.Store, generate.Options{Organizations: 1, Orders: b.large, Seed: 1}); err != nil {
		return err
	}
	for _, step := range []func() error{
		func() error { return c.export(lite, generate.Slug(1)) },
		func() error { return c.bring(lite) },
		func() error { return c.bring(postgres) },
		func() error { return c.export(postgres, again) },
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

const again = "maker-again"

// carrier runs the program's own commands.
type carrier struct {
	*bench
	dir, binary, archive string
}

func (c *carrier) export(i *installation, slug string) error {
	c.archive = filepath.Join(c.dir, string(i.Engine())+".zip")
	return c.run(i, "export", nil, "organizations", "export", slug, "--out", c.archive)
}

// bring imports the archive while somebody else writes.
func (c *carrier) bring(i *installation) error {
	neighbours := generate.Slug(2)
	if err := generate.Run(c.ctx, i.Store, generate.Options{Organizations: 2, Orders: 0, Seed: 1}); err != nil {
		return err
	}
	scope, err := ownerOf(c.ctx, i, neighbours)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(c.ctx)
	defer stop()
	waits := make(chan waited, 1)
	go func() { waits <- keepWriting(ctx, i.Store, scope) }()
	err = c.run(i, "import", stop, "organizations", "import", c.archive, "--owner", "owner@again.example", "--slug", again)
	w := <-waits
	if err = errors.Join(err, w.err); err != nil {
		return err
	}
	return c.ratio(string(i.Engine()), fmt.Sprintf("longest of %d changes by others meanwhile", w.changes), w.longest.Seconds(), "s")
}

// run measures one command; ended is called when it is over.
func (c *carrier) run(i *installation, what string, ended func(), args ...string) error {
	args = append(args, "--json", "--database", i.url, "--secret-key-file", filepath.Join(c.dir, "secret.key"), "--files-dir", filepath.Join(c.dir, string(i.Engine())+".files"))
	command := exec.CommandContext(c.ctx, c.binary, args...)
	var out, complaints bytes.Buffer
	command.Stdout, command.Stderr = &out, &complaints
	begin := time.Now()
	if err := command.Start(); err != nil {
		return err
	}
	peak := make(chan float64, 1)
	over := make(chan struct{})
	go func() { peak <- watchMemory(command.Process.Pid, over) }()
	err := command.Wait()
	took := time.Since(begin)
	close(over)
	if ended != nil {
		ended()
	}
	if err != nil {
		return fmt.Errorf("%s: %w\n%s", what, err, complaints.String())
	}
	var told struct {
		Rows int64 `json:"rows"`
	}
	if err := json.Unmarshal(out.Bytes(), &told); err != nil {
		return err
	}
	name := fmt.Sprintf("%s of %d rows", what, told.Rows)
	if err := c.ratio(string(i.Engine()), name, took.Seconds(), "s"); err != nil {
		return err
	}
	return c.ratio(string(i.Engine()), name+", memory at most", <-peak, "MB")
}

// watchMemory is the most memory that a process had until it was over, in megabytes.
func watchMemory(pid int, over <-chan struct{}) (most float64) {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-over:
			return most
		case <-tick.C:
			if now, err := memory(pid, "VmHWM"); err == nil {
				most = max(most, now)
			}
		}
	}
}

// waited is how long changes of somebody took.
type waited struct {
	changes int
	longest time.Duration
	err     error
}

// keepWriting adds a customer twenty times a second.
func keepWriting(ctx context.Context, st *store.Store, scope store.Scope) (w waited) {
	for ctx.Err() == nil {
		begin := time.Now()
		err := st.Update(context.WithoutCancel(ctx), scope, func(tx *store.Tx) error {
			_, err := crm.Create(ctx, tx, crm.Details{Kind: crm.Company, Name: fmt.Sprintf("Customer %d", w.changes)})
			return err
		})
		if err != nil && ctx.Err() == nil {
			w.err = err
			return w
		}
		w.changes, w.longest = w.changes+1, max(w.longest, time.Since(begin))
		time.Sleep(50 * time.Millisecond)
	}
	return w
}
