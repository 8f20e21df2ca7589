// Package depot keeps files of the host's outside of the installation: in a directory, or in a bucket of a server that speaks S3.
//
// Files lie in folders, one level deep. Folders and names are the program's own making: ids, slugs and times.
package depot

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Depot is a place for files.
type Depot interface {
	// Put keeps a file for good before it returns, or nothing that could be taken for one. A name is used once.
	Put(ctx context.Context, folder, name string, content io.Reader) error
	// Names are the files of a folder, sorted; none when there is no such folder.
	Names(ctx context.Context, folder string) ([]string, error)
	// Remove removes a file. What is not there is no error.
	Remove(ctx context.Context, folder, name string) error
}

// Directory keeps files as DIR/FOLDER/NAME, for this user's eyes alone.
type Directory string

// Put writes beside the name, and renames.
func (d Directory) Put(_ context.Context, folder, name string, content io.Reader) error {
	at := filepath.Join(string(d), folder)
	if err := os.MkdirAll(at, 0o700); err != nil {
		return err
	}
	return Whole(filepath.Join(at, name), func(to *os.File) error {
		_, err := io.Copy(to, content)
		return err
	})
}

// Names reads the folder.
func (d Directory) Names(_ context.Context, folder string) (names []string, err error) {
	all, err := os.ReadDir(filepath.Join(string(d), folder)) // sorted
	for _, e := range all {
		names = append(names, e.Name())
	}
	return names, absent(err)
}

// Remove removes the file.
func (d Directory) Remove(_ context.Context, folder, name string) error {
	return absent(os.Remove(filepath.Join(string(d), folder, name)))
}

func absent(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
