package main

import (
	"bufio"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"craftplan/internal/generate"
	"craftplan/internal/store"
)

// program measures the built program: its size, how soon it is ready on a database that exists, and its memory when idle.
func (b *bench) program() error {
	dir, err := os.MkdirTemp("", "craftplan-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	binary, database := filepath.Join(dir, "craftplan"), filepath.Join(dir, "bench.db")
	if err := b.build(binary); err != nil {
		return err
	}
	info, err := os.Stat(binary)
	if err != nil {
		return err
	}
	if err := b.ratio("", "binary", float64(info.Size())/1e6, "MB"); err != nil {
		return err
	}
	if err := b.fill(database); err != nil {
		return err
	}
	return b.idle(binary, database)
}

func (b *bench) build(binary string) error {
	if out, err := exec.CommandContext(b.ctx, "go", "build", "-trimpath", "-ldflags=-s -w", "-o", binary, "./cmd/craftplan").CombinedOutput(); err != nil {
		return fmt.Errorf("build: %w\n%s", err, out)
	}
	return nil
}

func (b *bench) fill(database string) error {
	if _, err := store.Migrate(b.ctx, database); err != nil {
		return err
	}
	st, err := store.Open(b.ctx, database, store.Options{Relaxed: true})
	if err != nil {
		return err
	}
	return errors.Join(generate.Run(b.ctx, st, generate.Options{Organizations: 20, Orders: 100, Seed: 1}), st.Close())
}

func (b *bench) idle(binary, database string) error {
	command := exec.CommandContext(b.ctx, binary, "serve", "--database", database, "--addr", "127.0.0.1:0")
	output, err := command.StdoutPipe()
	if err != nil {
		return err
	}
	begin := time.Now()
	if err := command.Start(); err != nil {
		return err
	}
	defer func() { _ = command.Process.Kill(); _ = command.Wait() }()
	line, err := bufio.NewReader(output).ReadString('\n')
	if err != nil {
		return err
	}
	base := strings.TrimSpace(line[strings.LastIndex(line, " ")+1:])
	response, err := http.Get(base + "/readyz")
	if err != nil {
		return err
	}
	response.Body.Close()
	if err := b.ratio("sqlite", "existing database to ready", ms(time.Since(begin)), "ms"); err != nil {
		return err
	}
	time.Sleep(3 * time.Second)
	resident, err := memory(command.Process.Pid, "VmRSS")
	if err != nil {
		return err
	}
	return b.ratio("sqlite", "idle memory", resident, "MB")
}

// memory is what the system tells of a process under a name, in megabytes.
func memory(pid int, name string) (float64, error) {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(data)) {
		var kilobytes float64
		if _, err := fmt.Sscanf(line, name+": %f kB", &kilobytes); err == nil {
			return kilobytes / 1000, nil
		}
	}
	return 0, errors.New("the system does not tell")
}
