package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"

	"craftplan/internal/fault"
	"craftplan/internal/id"
)

// Key names a content: an organization and one of its files, both ids that the program made. Nothing that somebody typed is part of
// it, so no name can lead anywhere else.
type Key struct {
	Organization id.Organization
	File         id.ID
}

// Contents is where contents are: a directory now, an object store for who runs several machines.
type Contents interface {
	// Put keeps a content for good before it returns, or nothing of it. A key is used once.
	Put(ctx context.Context, key Key, content io.Reader) error
	// Get opens a content; what is not there is a NotFound fault.
	Get(ctx context.Context, key Key) (io.ReadCloser, error)
	// Delete removes a content, and what a broken Put left of it. What is not there is no error.
	Delete(ctx context.Context, key Key) error
	// DeleteAll removes all contents of an organization. None is no error.
	DeleteAll(ctx context.Context, organization id.Organization) error
}

// Directory keeps contents as DIR/<organization>/<file>. It cannot reach what lies outside, not by a link either.
type Directory struct{ root *os.Root }

// OpenDirectory opens a directory, for this user's eyes alone when it has to be made.
func OpenDirectory(name string) (*Directory, error) {
	err := os.MkdirAll(name, 0o700)
	var root *os.Root
	if err == nil {
		root, err = os.OpenRoot(name)
	}
	if err != nil {
		return nil, fmt.Errorf("directory of files %s: %w", name, err)
	}
	return &Directory{root}, nil
}

// Close lets go of the directory.
func (d *Directory) Close() error { return d.root.Close() }

// names are those of a key: its organization's folder, its content, and the content while it is written.
func names(key Key) (folder, whole, part string, err error) {
	if key.Organization.IsZero() || key.File.IsZero() {
		return "", "", "", errors.New("a file without an id")
	}
	folder = key.Organization.String()
	whole = path.Join(folder, key.File.String())
	return folder, whole, whole + ".part", nil
}

// Put writes into a file beside, and gives it its name once it is on the disk.
func (d *Directory) Put(ctx context.Context, key Key, content io.Reader) error {
	folder, whole, part, err := names(key)
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := d.root.MkdirAll(folder, 0o700); err != nil {
		return unwritable(err)
	}
	if err := d.write(part, content); err != nil {
		return errors.Join(unwritable(err), absent(d.root.Remove(part)))
	}
	if err := d.root.Rename(part, whole); err != nil {
		return unwritable(err)
	}
	return errors.Join(d.sync(folder), d.sync(".")) // the names are on the disk too
}

func (d *Directory) write(name string, content io.Reader) error {
	f, err := d.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, content)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

func (d *Directory) sync(folder string) error {
	f, err := d.root.Open(folder)
	if err != nil {
		return unwritable(err)
	}
	return errors.Join(unwritable(f.Sync()), f.Close())
}

// Get opens a content.
func (d *Directory) Get(_ context.Context, key Key) (io.ReadCloser, error) {
	_, whole, _, err := names(key)
	if err != nil {
		return nil, err
	}
	f, err := d.root.Open(whole)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.NotFound("file")
	}
	return f, err
}

// Delete removes a content.
func (d *Directory) Delete(_ context.Context, key Key) error {
	_, whole, part, err := names(key)
	if err != nil {
		return err
	}
	return errors.Join(absent(d.root.Remove(whole)), absent(d.root.Remove(part)))
}

// DeleteAll removes an organization's folder.
func (d *Directory) DeleteAll(_ context.Context, organization id.Organization) error {
	if organization.IsZero() {
		return errors.New("files of no organization")
	}
	return errors.Join(absent(d.root.RemoveAll(organization.String())), d.sync("."))
}

func absent(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// unwritable is what the disk refuses; the content's own reader may fail for other reasons.
func unwritable(err error) error {
	var atPath *fs.PathError
	var atLink *os.LinkError
	if errors.As(err, &atPath) || errors.As(err, &atLink) {
		return fault.Unavailable("Files cannot be kept now. Try again in a moment.", err)
	}
	return err
}
