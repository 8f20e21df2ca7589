package takeout

import (
	"errors"
	"io"
)

// errBrokenOff is what a reader is told when what it reads ends without an end.
var errBrokenOff = errors.New("what was written broke off")

// stream lets read read what write writes, while it is written, and tells how much that was. What goes wrong with either ends both.
func stream(write func(io.Writer) error, read func(io.Reader) error) (size int64, err error) {
	r, w := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		err := read(r)
		_ = r.CloseWithError(err) // whoever still writes fails with it
		ended <- err
	}()
	defer func() { _ = w.CloseWithError(errBrokenOff) }() // a panic is no end
	counted := &counter{to: w}
	err = write(counted)
	_ = w.CloseWithError(err)
	if reading := <-ended; err == nil {
		err = reading
	}
	return counted.size, err
}

type counter struct {
	to   io.Writer
	size int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.to.Write(p)
	c.size += int64(n)
	return n, err
}
