package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"craftplan/internal/accounts"
	"craftplan/internal/config"
	"craftplan/internal/depot"
	"craftplan/internal/files"
	"craftplan/internal/organizations"
	"craftplan/internal/store"
	"craftplan/internal/takeout"
)

type organizationsExport struct {
	config.Config
	Slug string `arg:"" help:"Its address."`
	Out  string `help:"The archive; SLUG.zip when left out, - for standard output. What is there is not written over." placeholder:"FILE"`
}

// Run writes the archive. A file is whole or not there.
func (c organizationsExport) Run(ctx context.Context, s streams) error {
	st, library, end, err := openWithFiles(ctx, c.Config)
	if err != nil {
		return err
	}
	defer end()
	o, scope, err := organizations.AtSlug(ctx, st, c.Slug)
	if err != nil {
		return err
	}
	exporter := takeout.Exporter{Store: st, Files: library, Progress: func(rows int64) { s.progress("%d rows", rows) }}
	var m takeout.Manifest
	export := func(to io.Writer) error {
		m, err = exporter.Export(ctx, o, scope, to)
		return err
	}
	switch c.Out {
	case "-":
		err, s.out = export(s.out), s.err // the result must not follow the archive
	case "":
		c.Out = o.Slug + ".zip"
		fallthrough
	default:
		err = depot.Whole(c.Out, func(to *os.File) error { return export(to) })
	}
	if err != nil {
		return err
	}
	result := struct {
		Slug string `json:"slug"`
		carried
	}{o.Slug, carried{c.Out, m.Rows(), len(m.Tables), len(m.Files)}}
	return s.tell(result, "%s: %d rows of %d tables and %d files in %s", o.Slug, result.Rows, result.Tables, result.Files, c.Out)
}

// carried is the result of an export or an import.
type carried struct {
	Archive string `json:"archive"`
	Rows    int64  `json:"rows"`
	Tables  int    `json:"tables"`
	Files   int    `json:"files"`
}

type organizationsImport struct {
	config.Config
	Archive   string `arg:"" help:"What export wrote." placeholder:"FILE"`
	Owner     string `required:"" help:"Who owns the new organization: an existing user's address, or that of one to be made." placeholder:"ADDRESS"`
	Name      string `help:"Its name; that of the archive when left out."`
	Slug      string `help:"Its address; that of the archive when left out."`
	Plan      string `help:"Its plan; that of the archive when left out."`
	Reconnect bool   `help:"Make members of the people of the archive, by their addresses and as what they were. Do it with archives that you trust."`
	MaxSize   int64  `help:"How many MB the archive may unpack to." default:"10240" placeholder:"MB"`
	links
}

// Run makes the organization.
func (c organizationsImport) Run(ctx context.Context, s streams) error {
	archive, err := os.Open(c.Archive)
	if err != nil {
		return err
	}
	defer archive.Close()
	about, err := archive.Stat()
	if err != nil {
		return err
	}
	st, library, end, err := openWithFiles(ctx, c.Config)
	if err != nil {
		return err
	}
	defer end()
	owner, err := organizationsCreate{OwnerEmail: accounts.NormalizeEmail(c.Owner)}.owner(ctx, st)
	if err != nil {
		return err
	}
	importer := takeout.Importer{Store: st, Files: library, Most: c.MaxSize << 20, Progress: func(rows int64) { s.progress("%d rows", rows) }, Undoing: func() { s.progress("removing what was brought") }}
	o, m, err := importer.Import(ctx, archive, about.Size(), takeout.As{Name: c.Name, Slug: c.Slug, Plan: c.Plan, Owner: owner, Reconnect: c.Reconnect})
	if err != nil {
		return err
	}
	sentence := fmt.Sprintf("made %s (/%s): %d rows of %d tables and %d files", o.Name, o.Slug, m.Rows(), len(m.Tables), len(m.Files))
	return c.made(ctx, st, s, sentence, made{organization: told(o), carried: &carried{c.Archive, m.Rows(), len(m.Tables), len(m.Files)}}, c.Owner, owner)
}

// openWithFiles opens the database and the folder of files that belongs to it.
func openWithFiles(ctx context.Context, c config.Config) (st *store.Store, library *files.Library, end func(), err error) {
	if st, err = openSealing(ctx, c); err != nil {
		return nil, nil, nil, err
	}
	contents, err := c.Files()
	if err != nil {
		return nil, nil, nil, errors.Join(err, st.Close())
	}
	return st, files.New(st, contents), func() { _ = errors.Join(contents.Close(), st.Close()) }, nil
}
