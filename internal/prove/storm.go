package main

import (
	"context"
	"os"
	"os/exec"
)

// storm runs the storm, under the race detector where its C compiler is; the figures say whether it was.
func storm(ctx context.Context) (outcome, error) {
	env, raced := []string{}, 0
	if _, err := exec.LookPath("gcc"); err == nil {
		env, raced = []string{"CGO_ENABLED=1", withFlags("-race")}, 1
	}
	found, err := tests("./internal/apptest/isolation/", "Storm", env...)(ctx)
	if err == nil {
		found.figures["under the race detector"] = raced
	}
	return found, err
}

// withFlags is the variable that gives the go command more flags.
func withFlags(flags string) string { return "GOFLAGS=" + os.Getenv("GOFLAGS") + " " + flags }
