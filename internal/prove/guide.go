package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"

	"craftplan/internal/prove/leaks"
)

const guideFile = "guides/isolation.md"

// writeGuide writes what the gates last found, and what the leaks are, into the guide.
func writeGuide() error {
	last, err := lastRun("prove.jsonl")
	if err != nil {
		return err
	}
	text, err := os.ReadFile(guideFile)
	if err != nil {
		return err
	}
	planted, err := leakTable()
	if err != nil {
		return err
	}
	out, err := between(string(text), "leaks", planted)
	if err == nil {
		out, err = between(out, "figures", figureTable(last))
	}
	if err != nil {
		return err
	}
	return os.WriteFile(guideFile, []byte(out), 0o644)
}

// lastRun is the latest line of each gate.
func lastRun(file string) (map[string]line, error) {
	f, err := os.Open(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errors.New("there is no prove.jsonl: run make prove first")
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	last := map[string]line{}
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var l line
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		last[l.Gate] = l
	}
	return last, lines.Err()
}

func leakTable() (string, error) {
	all, err := leaks.All()
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString("| leak | what it imitates |\n|---|---|\n")
	for _, l := range all {
		fmt.Fprintf(&b, "| %s | %s |\n", l.Name, l.What)
	}
	return b.String(), nil
}

// figureTable is a row for each gate that ran.
func figureTable(last map[string]line) string {
	var b strings.Builder
	b.WriteString("| gate | | figures | on |\n|---|---|---|---|\n")
	for _, g := range gates {
		l, ran := last[g.name]
		if !ran {
			continue
		}
		var figures []string
		for _, what := range slices.Sorted(maps.Keys(l.Figures)) {
			figures = append(figures, fmt.Sprintf("%d %s", l.Figures[what], what))
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", l.Gate, map[bool]string{true: "passed", false: "failed"}[l.Passed], strings.Join(figures, "; "), l.Run.Format("2 January 2006"))
	}
	return b.String()
}

// between replaces what stands between two marks.
func between(text, mark, with string) (string, error) {
	begin, end := "<!-- "+mark+" -->\n", "<!-- end -->"
	before, rest, found := strings.Cut(text, begin)
	if !found {
		return "", fmt.Errorf("%s has no mark %s", guideFile, mark)
	}
	_, after, found := strings.Cut(rest, end)
	if !found {
		return "", fmt.Errorf("%s: the mark %s has no end", guideFile, mark)
	}
	return before + begin + with + end + after, nil
}
