// Package id has the two kinds of identifiers: of a record, and of an organization. Both are UUIDs of version 7; they are
// distinct types so that one is never taken for the other, and their zero values refuse to become a SQL value.
package id

import (
	"database/sql/driver"
	"errors"
	"fmt"

	"github.com/google/uuid"
)

// ID identifies a record or a user.
type ID struct{ uuid.UUID }

// Organization identifies an organization.
type Organization struct{ uuid.UUID }

// New makes an ID; later ones sort after earlier ones.
func New() ID { return ID{uuid.Must(uuid.NewV7())} }

// NewOrganization makes an organization's ID.
func NewOrganization() Organization { return Organization{uuid.Must(uuid.NewV7())} }

// Parse reads the canonical text of an ID.
func Parse(text string) (ID, error) {
	u, err := parse(text)
	return ID{u}, err
}

// ParseOrganization reads the canonical text of an organization's ID.
func ParseOrganization(text string) (Organization, error) {
	u, err := parse(text)
	return Organization{u}, err
}

func parse(text string) (uuid.UUID, error) {
	if len(text) != 36 { // uuid.Parse takes other notations too
		return uuid.Nil, errors.New("not an id")
	}
	u, err := uuid.Parse(text)
	if err != nil || u == uuid.Nil {
		return uuid.Nil, errors.New("not an id")
	}
	return u, nil
}

// IsZero tells whether the ID was never set.
func (i ID) IsZero() bool { return i.UUID == uuid.Nil }

// IsZero tells whether the ID was never set.
func (o Organization) IsZero() bool { return o.UUID == uuid.Nil }

// Value is the canonical text; the zero ID is refused.
func (i ID) Value() (driver.Value, error) { return value(i.UUID, "record") }

// Value is the canonical text; the zero ID is refused.
func (o Organization) Value() (driver.Value, error) { return value(o.UUID, "organization") }

func value(u uuid.UUID, kind string) (driver.Value, error) {
	if u == uuid.Nil {
		return nil, fmt.Errorf("zero %s id", kind)
	}
	return u.String(), nil
}

// Scan reads a column.
func (i *ID) Scan(src any) error { return i.UUID.Scan(src) }

// Scan reads a column.
func (o *Organization) Scan(src any) error { return o.UUID.Scan(src) }
