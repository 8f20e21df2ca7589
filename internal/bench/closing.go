package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"craftplan/internal/generate"
	"craftplan/internal/id"
	"craftplan/internal/organizations"
	"craftplan/internal/store"
	"craftplan/internal/store/storetest"
	"craftplan/internal/store/storetest/census"
)

// closeOne closes one of many organizations and measures its removal; of every other one the digest of all rows must be as it was.
func (b *bench) closeOne(engine store.Engine) error {
	i, _, err := b.empty(engine)
	if err != nil {
		return err
	}
	defer i.close()
	if err := generate.Run(b.ctx, i.Store, generate.Options{Organizations: b.closing, Orders: 2, Seed: 1}); err != nil {
		return err
	}
	taker, err := census.Open(b.ctx, &storetest.DB{Store: i.Store, URL: i.url, Super: i.owner(engine)})
	if err != nil {
		return err
	}
	defer taker.Close()
	before := taker.Settled()
	o, err := organizations.CloseByOperator(b.ctx, i.Store, generate.Slug(b.closing/2+1), "It moves", true)
	if err != nil {
		return err
	}
	begin := time.Now()
	remover := organizations.Remover{Store: i.Store, Contents: func(context.Context, id.Organization) error { return nil }}
	for err = organizations.ErrUnfinished; errors.Is(err, organizations.ErrUnfinished); {
		err = remover.Remove(b.ctx, o.ID)
	}
	took := time.Since(begin)
	if err != nil {
		return err
	}
	after, err := taker.Take(b.ctx)
	if err != nil {
		return err
	}
	others, err := unchanged(before, after, o.ID.String())
	if err != nil {
		return err
	}
	if others != b.closing-1 {
		return fmt.Errorf("%d organizations are left of %d", others, b.closing)
	}
	if err := b.ratio(string(engine), fmt.Sprintf("closing one of %d organizations", b.closing), took.Seconds(), "s"); err != nil {
		return err
	}
	return b.ratio(string(engine), "others whose digest is unchanged", float64(others), "organizations")
}

// summaries are tables that tell of who is gone.
var summaries = []string{"closed_organizations", "retired_slugs", "river_job"}

// unchanged is how many other organizations there are, each with the digest that it had; what is nobody's did not change either.
func unchanged(before, after census.Census, closed string) (others int, err error) {
	was, is := digests(before), digests(after)
	if rows := after.Of(closed); len(rows) > 0 {
		return 0, fmt.Errorf("%d rows are left of the organization that was closed", len(rows))
	}
	for owner, digest := range was {
		if owner != closed && is[owner] != digest {
			return 0, fmt.Errorf("something of %q changed", owner)
		}
	}
	for _, r := range after {
		if r.Table == "organizations" {
			others++
		}
	}
	return others, nil
}

// digests are those of all that somebody owns.
func digests(all census.Census) map[string]string {
	of := map[string]census.Census{}
	for _, r := range all {
		if !slices.Contains(summaries, r.Table) {
			of[r.Owner] = append(of[r.Owner], r)
		}
	}
	sums := map[string]string{}
	for owner, rows := range of {
		sums[owner] = rows.Digest()
	}
	return sums
}
