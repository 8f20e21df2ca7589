package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing/fstest"

	"github.com/pressly/goose/v3"
)

//go:embed migrations
var migrationFiles embed.FS

// Migrate brings a database to this program's version and returns how many migrations it applied. On PostgreSQL it runs as
// the role that owns the tables, never as the server's.
func Migrate(ctx context.Context, database string) (int, error) {
	s, err := Open(ctx, database, Options{SkipChecks: true})
	if err != nil {
		return 0, err
	}
	defer s.Close()
	provider, err := s.migrations()
	if err != nil {
		return 0, err
	}
	if err := refuseNewer(ctx, provider); err != nil {
		return 0, fmt.Errorf("database %s: %w", Redact(database), err)
	}
	results, err := provider.Up(ctx)
	if err != nil {
		return len(results), fmt.Errorf("database %s: migrate: %w", Redact(database), err)
	}
	queued, err := s.migrateQueue(ctx)
	if err != nil {
		return len(results), fmt.Errorf("database %s: migrate the job queue: %w", Redact(database), err)
	}
	return len(results) + queued, nil
}

func (s *Store) migrations() (*goose.Provider, error) {
	files, err := MigrationFiles(s.engine)
	if err != nil {
		return nil, err
	}
	dialect := goose.DialectSQLite3
	if s.engine == Postgres {
		dialect = goose.DialectPostgres
	}
	return goose.NewProvider(dialect, s.write, files)
}

// MigrationFiles are the migrations of one engine: the tables, common to both, and what is its own.
func MigrationFiles(engine Engine) (fs.FS, error) {
	merged := fstest.MapFS{}
	for _, dir := range []string{"common", string(engine)} {
		names, err := fs.Glob(migrationFiles, path.Join("migrations", dir, "*.sql"))
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			data, err := migrationFiles.ReadFile(name)
			if err != nil {
				return nil, err
			}
			merged[path.Base(name)] = &fstest.MapFile{Data: data}
		}
	}
	return merged, nil
}

// Latest is the version a database of this engine has after Migrate.
func Latest(engine Engine) (int64, error) {
	files, err := MigrationFiles(engine)
	if err != nil {
		return 0, err
	}
	names, err := fs.Glob(files, "*.sql")
	if err != nil || len(names) == 0 {
		return 0, errors.Join(err, errors.New("no migrations"))
	}
	number, _, _ := strings.Cut(slices.Max(names), "_")
	return strconv.ParseInt(number, 10, 64)
}

func refuseNewer(ctx context.Context, provider *goose.Provider) error {
	current, target, err := provider.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("read the version: %w", err)
	}
	return compareVersions(current, target, false)
}

// checkVersion compares versions without goose, so that the server's role needs no more than to read them.
func (s *Store) checkVersion(ctx context.Context) error {
	target, err := Latest(s.engine)
	if err != nil {
		return err
	}
	var current sql.NullInt64
	if err := s.read.QueryRowContext(ctx, "SELECT MAX(version_id) FROM goose_db_version").Scan(&current); err != nil {
		current.Int64 = 0 // no table yet: nothing was ever migrated
	}
	return compareVersions(current.Int64, target, true)
}

func compareVersions(current, target int64, complete bool) error {
	switch {
	case current > target:
		return fmt.Errorf("was made by a newer version of craftplan (version %d, this program knows %d): use the newer program", current, target)
	case current < target && complete:
		return fmt.Errorf("has pending migrations (version %d of %d): run craftplan migrate first", current, target)
	}
	return nil
}
