package store

import (
	"database/sql"
	"database/sql/driver"
	"errors"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlitecode "modernc.org/sqlite/lib"

	"craftplan/internal/fault"
)

// ErrUnique and ErrReference are behind the Conflict faults of a violated unique or foreign key, for domains that can say
// it better.
var (
	ErrUnique    = errors.New("unique key violated")
	ErrReference = errors.New("foreign key violated")
)

// ErrCheck is behind the error of a value that its column does not take: the domains let none through, so to them it is a mistake of
// ours.
var ErrCheck = errors.New("value not taken")

// busyError is a transaction that may succeed when run again.
type busyError struct{ cause error }

func (e *busyError) Error() string { return e.cause.Error() }
func (e *busyError) Unwrap() error { return e.cause }

// Translate turns driver codes into faults. The driver's text stays in the cause, for the log; it is never shown.
func Translate(err error) error {
	if err == nil || fault.KindOf(err) != fault.KindInternal {
		return err
	}
	if errors.Is(err, driver.ErrBadConn) {
		return &busyError{err} // the connection was closed from the other side before the statement was sent, and what came before it undone
	}
	if errors.Is(err, sql.ErrNoRows) {
		return &fault.Error{Kind: fault.KindNotFound, Message: "not found", Cause: err}
	}
	var unreachable *pgconn.ConnectError
	if errors.As(err, &unreachable) {
		return noAnswer(err)
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return translatePostgres(pg.Code, err)
	}
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		return translateSQLite(lite.Code(), err)
	}
	return err
}

func translatePostgres(code string, err error) error {
	switch code {
	case "23505":
		return unique(err)
	case "23503":
		return reference(err)
	case "23502", "23514", "22001", "22003", "22007", "22008", "22021", "22P02", "22P05":
		return errors.Join(ErrCheck, err)
	case "40001", "40P01", "55P03":
		return &busyError{err}
	case "53300", "57P01", "57P02", "57P03", "08006", "08001":
		return noAnswer(err)
	}
	return err
}

func noAnswer(err error) error {
	return fault.Unavailable("The database does not answer. Try again in a moment.", err)
}

func translateSQLite(code int, err error) error {
	switch code {
	case sqlitecode.SQLITE_CONSTRAINT_UNIQUE, sqlitecode.SQLITE_CONSTRAINT_PRIMARYKEY:
		return unique(err)
	case sqlitecode.SQLITE_CONSTRAINT_FOREIGNKEY:
		return reference(err)
	case sqlitecode.SQLITE_CONSTRAINT_CHECK, sqlitecode.SQLITE_CONSTRAINT_NOTNULL, sqlitecode.SQLITE_CONSTRAINT_DATATYPE:
		return errors.Join(ErrCheck, err)
	case sqlitecode.SQLITE_CONSTRAINT_TRIGGER:
		return errors.Join(ErrWrongOrganization, err)
	}
	switch code & 0xff {
	case sqlitecode.SQLITE_BUSY, sqlitecode.SQLITE_LOCKED:
		return &busyError{err}
	case sqlitecode.SQLITE_FULL, sqlitecode.SQLITE_IOERR, sqlitecode.SQLITE_READONLY:
		return fault.Unavailable("The database cannot be written now.", err)
	}
	return err
}

func unique(err error) error {
	return &fault.Error{Kind: fault.KindConflict, Message: "That already exists.", Cause: errors.Join(ErrUnique, err)}
}

func reference(err error) error {
	return &fault.Error{Kind: fault.KindConflict, Message: "That is still used, or no longer there.", Cause: errors.Join(ErrReference, err)}
}
