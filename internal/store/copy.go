package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"

	"craftplan/internal/id"
)

// ErrNotSQLite is what copies of a whole database are refused with on another engine, which has tools of its own.
var ErrNotSQLite = errors.New("whole copies are for SQLite")

// CopyTo writes the database as it is at one moment into a file that is empty or not there, while others read and write. Whoever calls it is
// on the reviewed list of the house rules.
func (s *Store) CopyTo(ctx context.Context, file string) error {
	if s.engine != SQLite {
		return ErrNotSQLite
	}
	_, err := s.write.ExecContext(ctx, "VACUUM INTO $1", file)
	return Translate(err)
}

// NamesFile tells whether the database names a file of an organization, for who looks after a whole installation.
func (s *Store) NamesFile(ctx context.Context, organization id.Organization, file id.ID) (named bool, err error) {
	err = s.read.QueryRowContext(ctx, "SELECT COUNT(*) > 0 FROM files WHERE organization_id = $1 AND id = $2", organization, file).Scan(&named)
	return named, Translate(err)
}

// Copy is a SQLite file that nobody writes.
type Copy struct{ db *sql.DB }

// OpenCopy opens what CopyTo wrote, and changes nothing of it.
func OpenCopy(file string) (*Copy, error) {
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: file}).EscapedPath()+"?mode=ro&immutable=1")
	return &Copy{db}, err
}

// Close lets go of the file.
func (c *Copy) Close() error { return c.db.Close() }

// Version is that of the program that migrated the copy.
func (c *Copy) Version(ctx context.Context) (version int64, err error) {
	err = c.db.QueryRowContext(ctx, "SELECT MAX(version_id) FROM goose_db_version").Scan(&version)
	return version, err
}

// Organizations is how many there are in it.
func (c *Copy) Organizations(ctx context.Context) (n int64, err error) {
	err = c.db.QueryRowContext(ctx, "SELECT COUNT(*) FROM organizations").Scan(&n)
	return n, err
}

// Check looks at every page, index, constraint and reference.
func (c *Copy) Check(ctx context.Context) error {
	var first string
	if err := c.db.QueryRowContext(ctx, "PRAGMA integrity_check(1)").Scan(&first); err != nil {
		return err
	}
	if first != "ok" {
		return fmt.Errorf("the copy of the database is damaged: %s", first)
	}
	var table, parent string
	var row, key sql.NullInt64
	err := c.db.QueryRowContext(ctx, "PRAGMA foreign_key_check").Scan(&table, &row, &parent, &key)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err == nil {
		err = fmt.Errorf("the copy of the database is damaged: a row of %s refers to none of %s", table, parent)
	}
	return err
}

// NamedFile is what the database says of a file's content.
type NamedFile struct {
	Organization id.Organization
	ID           id.ID
	Size         int64 // bytes
	SHA256       string
}

// Files are all files that the copy names.
func (c *Copy) Files(ctx context.Context) (all []NamedFile, err error) {
	rows, err := c.db.QueryContext(ctx, "SELECT organization_id, id, size, sha256 FROM files ORDER BY organization_id, id")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var f NamedFile
		if err := rows.Scan(&f.Organization, &f.ID, &f.Size, &f.SHA256); err != nil {
			return nil, err
		}
		all = append(all, f)
	}
	return all, rows.Err()
}
