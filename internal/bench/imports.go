package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"craftplan/internal/files"
	"craftplan/internal/importing"
	"craftplan/internal/store"
)

// imports measures files of materials on their way in: ten thousand with a progress that can be watched, then as many as a file may have
// in one transaction, for which every other change of a SQLite database waits.
func (b *bench) imports(engine store.Engine, i *installation) error {
	dir, err := os.MkdirTemp("", "craftplan-bench-files-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	contents, err := files.OpenDirectory(dir)
	if err != nil {
		return err
	}
	defer contents.Close()
	desk := importing.New(i.Store, files.New(i.Store, contents))
	for _, f := range []struct {
		what  string
		rows  int
		whole bool
	}{{"import 10,000 materials in parts", 10_000, false}, {"import 50,000 materials, all or nothing", importing.Most, true}} {
		took, err := b.takeIn(desk, i, f.rows, f.whole)
		if err != nil {
			return err
		}
		if err := b.ratio(string(engine), f.what, took.Seconds(), "s"); err != nil {
			return err
		}
	}
	return nil
}

// takeIn imports a file and tells how long the job took.
func (b *bench) takeIn(desk *importing.Desk, i *installation, rows int, whole bool) (time.Duration, error) {
	var text strings.Builder
	text.WriteString("SKU,Name,Unit,Price,Minimum,Category,Supplier\n")
	for n := range rows {
		fmt.Fprintf(&text, "IN-%d-%d,Imported %d of %d,kg,%d.25,5,Category %d,Mill\n", rows, n, n, rows, n%9, n%12)
	}
	file, err := desk.Upload(b.ctx, i.scope, importing.KindOf("materials"), "bench.csv", []byte(text.String()))
	if err != nil {
		return 0, err
	}
	if err := desk.Check(b.ctx, i.scope, file.ID, file.Columns); err != nil {
		return 0, err
	}
	if err := i.Update(b.ctx, i.scope, func(tx *store.Tx) error { return importing.Start(b.ctx, tx, file.ID, whole) }); err != nil {
		return 0, err
	}
	begin := time.Now()
	if err := desk.Run(b.ctx, i.scope, importing.Work{Import: file.ID, By: i.scope.Actor().UserID}, true); err != nil {
		return 0, err
	}
	took := time.Since(begin)
	return took, i.View(b.ctx, i.scope, func(tx *store.Tx) error {
		done, err := importing.Get(b.ctx, tx, file.ID)
		if err == nil && done.Created != int64(rows) {
			err = errors.New("not all rows were imported: " + done.Failure)
		}
		return err
	})
}
