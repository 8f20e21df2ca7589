package httpkit

import (
	"errors"
	"net/http"
	"time"
)

// Patient lets somebody take their time for a long answer: as long as each part of it is taken within a minute, the server's limits for a
// whole answer do not end it.
func Patient(w http.ResponseWriter) *PatientWriter {
	return &PatientWriter{w, http.NewResponseController(w), time.Minute}
}

// PatientWriter writes a long answer.
type PatientWriter struct {
	w    http.ResponseWriter
	c    *http.ResponseController
	each time.Duration // for a part
}

// Write writes a part.
func (p *PatientWriter) Write(part []byte) (int, error) {
	if err := p.c.SetWriteDeadline(time.Now().Add(p.each)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return 0, err
	}
	return p.w.Write(part)
}
