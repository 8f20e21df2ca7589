package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"craftplan/internal/generate"
	"craftplan/internal/inventory"
	"craftplan/internal/quantity"
	"craftplan/internal/store"
	"craftplan/internal/store/storetest"
	"craftplan/internal/store/storetest/census"
)

const writers = 4 // at once, while the server is killed

// killed kills serve again and again while people write, as a power failure of the program would: what was acknowledged is there, and no
// sum or reference is broken.
func (b *bench) killed(engine store.Engine) error {
	i, _, err := b.empty(engine)
	if err != nil {
		return err
	}
	defer i.close()
	if err := generate.Run(b.ctx, i.Store, generate.Options{Organizations: 1, Orders: 20, Seed: 1}); err != nil {
		return err
	}
	scope, err := ownerOf(b.ctx, i, generate.Slug(1))
	if err != nil {
		return err
	}
	if err := i.Store.Close(); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "craftplan-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	k := killer{bench: b, i: i, dir: dir, scope: scope}
	if err := b.build(filepath.Join(dir, "craftplan")); err != nil {
		return err
	}
	for n := range b.kills {
		if err := k.round(n); err != nil {
			return fmt.Errorf("kill %d: %w", n+1, err)
		}
	}
	if err := k.references(engine); err != nil {
		return err
	}
	if err := b.ratio(string(engine), "serve killed while people write", float64(b.kills), "times"); err != nil {
		return err
	}
	return b.ratio(string(engine), "changes that were acknowledged, and are there", float64(k.acknowledged), "changes")
}

type killer struct {
	*bench
	i            *installation
	dir          string
	scope        store.Scope
	jar          http.CookieJar // who signed in stays so, whichever process answers
	acknowledged int
}

// round serves, kills, and looks at what is there. Nobody else has the database open while the server is killed: on SQLite the next who
// opens it finds what was not written to its end.
func (k *killer) round(n int) error {
	command, base, err := k.serve()
	if err != nil {
		return err
	}
	defer func() { _ = command.Process.Kill(); _ = command.Wait() }()
	if err := k.signIn(base); err != nil {
		return err
	}
	acknowledged := make([][]receipt, writers)
	failed := make([]error, writers)
	var all sync.WaitGroup
	for w := range writers {
		v := &visitor{base: base + "/" + generate.Slug(1), client: client(k.jar, &http.Transport{MaxConnsPerHost: 1})}
		all.Go(func() { acknowledged[w], failed[w] = writeUntilDead(v, fmt.Sprintf("%d-%d", n, w)) })
	}
	time.Sleep(time.Duration(100+rand.IntN(400)) * time.Millisecond)
	if err := command.Process.Kill(); err != nil {
		return err
	}
	all.Wait()
	if err := errors.Join(failed...); err != nil {
		return err
	}
	return k.look(slices.Concat(acknowledged...))
}

// look makes sure that what was acknowledged is there, and that all sums are right.
func (k *killer) look(receipts []receipt) error {
	st, err := store.Open(k.ctx, k.i.url, store.Options{Keys: k.i.keys})
	if err != nil {
		return err
	}
	err = st.View(k.ctx, k.scope, func(tx *store.Tx) error {
		for _, r := range receipts {
			if err := r.there(k.ctx, tx); err != nil {
				return err
			}
		}
		broken, err := inventory.Balanced(k.ctx, tx)
		if err == nil && broken != 0 {
			err = fmt.Errorf("%d sums differ from what they are sums of", broken)
		}
		return err
	})
	for _, r := range receipts {
		k.acknowledged++
		if r.wasted {
			k.acknowledged++
		}
	}
	return errors.Join(err, st.Close())
}

// serve starts the program and waits until it is ready.
func (k *killer) serve() (*exec.Cmd, string, error) {
	command := exec.CommandContext(k.ctx, filepath.Join(k.dir, "craftplan"), "serve", "--database", k.i.url, "--addr", "127.0.0.1:0", "--log-level", "error",
		"--secret-key-file", filepath.Join(k.dir, "secret.key"), "--files-dir", filepath.Join(k.dir, "files"))
	output, err := command.StdoutPipe()
	if err != nil {
		return nil, "", err
	}
	if err := command.Start(); err != nil {
		return nil, "", err
	}
	line, err := bufio.NewReader(output).ReadString('\n')
	if err != nil {
		return nil, "", errors.Join(err, command.Process.Kill(), ignored(command.Wait()))
	}
	return command, strings.TrimSpace(line[strings.LastIndex(line, " ")+1:]), nil
}

// ignored is no error: a process that is killed ends with one.
func ignored(error) error { return nil }

// signIn signs the owner in, the first time.
func (k *killer) signIn(base string) (err error) {
	if k.jar != nil {
		return nil
	}
	if k.jar, err = cookiejar.New(nil); err != nil {
		return err
	}
	return (&visitor{base: base, client: client(k.jar, &http.Transport{MaxConnsPerHost: 1})}).signIn()
}

// receipt is stock whose receipt was acknowledged.
type receipt struct {
	lot    string
	wasted bool // a third of it, acknowledged; else that was asked for, and not answered
}

// writeUntilDead receives and wastes stock until nobody answers.
func writeUntilDead(v *visitor, mark string) (receipts []receipt, err error) {
	for n := 0; ; n++ {
		lot := fmt.Sprintf("K-%s-%d", mark, n)
		err := v.post(fmt.Sprintf("/materials/MAT-%02d/receipts", n%12+1), url.Values{"quantity": {"3 kg"}, "unit_cost": {"2"}, "lot": {lot}})
		if err != nil {
			return receipts, alive(err)
		}
		err = v.post("/lots/"+lot+"/waste", url.Values{"quantity": {"1 kg"}, "reason": {"mice"}})
		receipts = append(receipts, receipt{lot, err == nil})
		if err != nil {
			return receipts, alive(err)
		}
	}
}

// alive is the error of a server that answers, and refuses.
func alive(err error) error {
	if errors.Is(err, errRefused) {
		return err
	}
	return nil
}

func (r receipt) there(ctx context.Context, tx *store.Tx) error {
	lot, err := inventory.GetLot(ctx, tx, r.lot)
	if err != nil {
		return fmt.Errorf("lot %s was acknowledged: %w", r.lot, err)
	}
	whole, left := quantity.Of(3000), quantity.Of(2000)
	if lot.OnHand == left || !r.wasted && lot.OnHand == whole {
		return nil
	}
	return fmt.Errorf("lot %s has %v; its waste was acknowledged: %t", r.lot, lot.OnHand, r.wasted)
}

// references makes sure that no row refers to what is not there, or to another organization's.
func (k *killer) references(engine store.Engine) error {
	st, err := store.Open(k.ctx, k.i.url, store.Options{Keys: k.i.keys})
	if err != nil {
		return err
	}
	defer st.Close()
	taker, err := census.Open(k.ctx, &storetest.DB{Store: st, URL: k.i.url, Super: k.i.owner(engine)})
	if err != nil {
		return err
	}
	defer taker.Close()
	broken, err := taker.Closure(taker.Settled())
	if err == nil && len(broken) > 0 {
		err = fmt.Errorf("%d references are broken: %s", len(broken), broken[0])
	}
	if err != nil || engine == store.Postgres {
		return err
	}
	for _, check := range []string{"PRAGMA foreign_key_check", "SELECT 1 FROM pragma_integrity_check WHERE integrity_check <> 'ok'"} {
		wrong, err := taker.Column(context.WithoutCancel(k.ctx), check)
		if err != nil || len(wrong) > 0 {
			return fmt.Errorf("%s: %v, %w", check, wrong, err)
		}
	}
	return nil
}
