// Command withpostgres runs a command with a PostgreSQL server for tests at hand, so that the packages of a test run share
// one: withpostgres go test ./...
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"

	"craftplan/internal/store/storetest/cluster"
)

func main() {
	code, err := run(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "withpostgres:", err)
	}
	os.Exit(code)
}

func run(args []string) (int, error) {
	if len(args) == 0 {
		return 2, errors.New("name a command")
	}
	server, err := cluster.Start()
	if err != nil {
		return 1, err
	}
	command := exec.Command(args[0], args[1:]...)
	command.Stdin, command.Stdout, command.Stderr = os.Stdin, os.Stdout, os.Stderr
	command.Env = append(os.Environ(), cluster.Variable+"="+server.URL)
	err = command.Run()
	stopped := server.Stop()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode(), stopped
	}
	if err = errors.Join(err, stopped); err != nil {
		return 1, err
	}
	return 0, nil
}
