package takeout

import (
	"time"

	"craftplan/internal/authz"
	"craftplan/internal/id"
	"craftplan/internal/organizations"
)

// Format is the version of the archive's own layout.
const Format = 1

// Oldest is the oldest version of the database whose rows this program can take as they are. A migration that changes what rows mean,
// and not only adds columns with a default, raises it.
const Oldest = 94

const (
	manifestName = "manifest.json"
	readmeName   = "README.txt"
	dataFolder   = "data/"
	filesFolder  = "files/"
	rowsSuffix   = ".jsonl"
)

// stays is what is not carried, with the reason.
var stays = map[string]string{
	"memberships":        "people are in the manifest; who belongs to the new organization is decided there",
	"invitations":        "a link that was sent opens the organization that sent it",
	"api_keys":           "a key opens the organization that made it",
	"identities":         "the provider vouched for somebody to another installation",
	"identity_providers": "its secret is sealed with the installation's key, and its redirect URL names the installation",
	"takeouts":           "an archive is made of what is there, not of other archives",
	"mail_settings":      "the password of the mail server is sealed with the installation's key",
}

// Manifest says what is in an archive.
type Manifest struct {
	Format       int          `json:"format"`
	Schema       int64        `json:"schema"` // version of the database it was written from
	WrittenAt    time.Time    `json:"written_at"`
	Organization Organization `json:"organization"`
	People       []Person     `json:"people"`
	Tables       []TablePart  `json:"tables"`
	Files        []FilePart   `json:"files"`
	StaysBehind  []string     `json:"stays_behind"` // tables that are not in the archive
	Missing      []id.ID      `json:"missing,omitempty"`
}

// Organization is what an installation knows of an organization beside its rows.
type Organization struct {
	Name         string    `json:"name"`
	Slug         string    `json:"slug"`
	Plan         string    `json:"plan"`
	TimeZone     string    `json:"time_zone"`
	Locale       string    `json:"locale"`
	Currency     string    `json:"currency"`
	BrandColor   string    `json:"brand_color"`
	Logo         string    `json:"logo,omitempty"` // SHA-256
	SecondFactor bool      `json:"second_factor"`
	CreatedAt    time.Time `json:"created_at"`
}

// Person is somebody who belongs or belonged to the organization: rows refer to them.
type Person struct {
	ID          id.ID                  `json:"id"`
	Name        string                 `json:"name"`
	Email       string                 `json:"email"`
	Role        authz.Role             `json:"role"`
	CostsHidden bool                   `json:"costs_hidden"`
	Standing    organizations.Standing `json:"standing"`
}

// TablePart is the rows of a table.
type TablePart struct {
	Table   string   `json:"table"`
	Columns []string `json:"columns"`
	Rows    int64    `json:"rows"`
	Part
}

// FilePart is the content of an uploaded file.
type FilePart struct {
	ID id.ID `json:"id"`
	Part
}

// Part is how long an entry of the archive is, unpacked, and its digest.
type Part struct {
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// Rows is how many rows there are in all.
func (m Manifest) Rows() (n int64) {
	for _, t := range m.Tables {
		n += t.Rows
	}
	return n
}
