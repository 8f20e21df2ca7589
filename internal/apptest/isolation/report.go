package isolation

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"craftplan/internal/store"
)

// Report is what a gate found.
type Report struct {
	Gate     string         `json:"gate"`
	Engine   store.Engine   `json:"engine"`
	Figures  map[string]int `json:"figures"`
	Seconds  float64        `json:"seconds"`
	Findings []string       `json:"findings,omitempty"`

	start time.Time
}

func newReport(gate string, engine store.Engine) *Report {
	return &Report{Gate: gate, Engine: engine, Figures: map[string]int{}, start: time.Now()}
}

// enough findings tell what is wrong; a broken resolver would make thousands.
const enough = 20

func (r *Report) find(format string, args ...any) {
	r.Figures["findings"]++
	if len(r.Findings) < enough {
		text := fmt.Sprintf(format, args...)
		r.Findings = append(r.Findings, text[:min(len(text), 1500)])
	}
}

// OutVariable names the environment variable with the file that reports are added to, one a line.
const OutVariable = "CRAFTPLAN_PROVE_OUT"

// Record adds the report to the file that the environment names, when it does.
func (r *Report) Record() (err error) {
	r.Seconds = time.Since(r.start).Seconds()
	file := os.Getenv(OutVariable)
	if file == "" {
		return nil
	}
	line, err := json.Marshal(r)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	_, err = f.Write(append(line, '\n'))
	return err
}
