package main

import (
	"context"
	"errors"
	"os"

	"craftplan/internal/store/storetest"
	"craftplan/internal/store/storetest/cluster"
)

// direct are the tests that cannot go by way of a pooler, each with the reason.
var direct = map[string]string{
	"store.TestRolesThatCouldBypass": "connects as roles that the pooler does not know",
}

// pooled runs the suite and the matrix on PostgreSQL through PgBouncer in transaction mode, where few server connections are
// shared by all.
func pooled(ctx context.Context) (found outcome, err error) {
	super := os.Getenv(cluster.Variable)
	if super == "" {
		return outcome{}, errors.New("run it with: make prove")
	}
	pooler, err := cluster.StartPooler(super, 4)
	if err != nil {
		return outcome{}, err
	}
	defer func() { err = errors.Join(err, pooler.Stop()) }()
	packages, err := dataPackages(ctx)
	if err != nil {
		return outcome{}, err
	}
	r, err := goTest(ctx, append(packages, "craftplan/internal/apptest/isolation"), "Test/^postgres$", storetest.PoolerVariable+"="+pooler.Address())
	if err != nil {
		return outcome{}, err
	}
	found = outcome{figures: map[string]int{"packages": len(packages)}}
	for name, result := range r.results {
		switch {
		case direct[top(name)] != "":
		case result == "pass":
			found.figures["results"]++
		default:
			found.problems = append(found.problems, result+" through a pooler: "+name+"\n"+r.output[name])
		}
	}
	return found, nil
}
