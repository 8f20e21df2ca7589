package takeout

import (
	"archive/zip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"

	"craftplan/internal/fault"
)

func damaged(format string, args ...any) error {
	return fault.Invalid("archive", fmt.Sprintf("The archive is damaged or not one of Craftplan's: "+format+".", args...))
}

// parts are the entries of an archive, of which nothing is believed: they are files with names of their own, and no two have the same.
type parts struct{ entries map[string]*zip.File }

const (
	maxName     = 200
	maxManifest = 64 << 20
)

func openParts(archive io.ReaderAt, size int64) (parts, error) {
	z, err := zip.NewReader(archive, size)
	if err != nil {
		return parts{}, damaged("it is no ZIP file")
	}
	p := parts{map[string]*zip.File{}}
	for _, f := range z.File {
		if p.entries[f.Name] != nil || !f.Mode().IsRegular() || len(f.Name) > maxName {
			return parts{}, damaged("entry %.80q is there twice, or is no file", f.Name)
		}
		p.entries[f.Name] = f
	}
	return p, nil
}

// readJSON reads the manifest.
func (p parts) readJSON(name string, most int64, into any) error {
	f := p.entries[name]
	if f == nil {
		return damaged("it has no manifest")
	}
	content, err := f.Open()
	if err != nil {
		return damaged("its manifest cannot be unpacked")
	}
	defer content.Close()
	if err := json.NewDecoder(io.LimitReader(content, most)).Decode(into); err != nil {
		return damaged("its manifest cannot be read")
	}
	return nil
}

// verify looks at each part: that it was promised, its length and its digest. It unpacks no more than was promised.
func (p parts) verify(promised map[string]Part, most int64) error {
	for name := range p.entries {
		if _, named := promised[name]; !named && name != manifestName && name != readmeName {
			return damaged("the manifest does not name %.80q", name)
		}
	}
	left := most
	for name, part := range promised {
		if part.Size < 0 || part.Size > left {
			return fault.Invalid("archive", fmt.Sprintf("The archive unpacks to more than %d MB.", most>>20))
		}
		left -= part.Size
		if err := p.digest(name, part); err != nil {
			return err
		}
	}
	return nil
}

func (p parts) digest(name string, part Part) error {
	content, err := p.content(name, part)
	if err != nil {
		return err
	}
	defer content.Close()
	return content.whole()
}

// content is a part while it is read.
type content struct {
	io.Reader
	io.Closer
	name string
	part Part
	sum  *digester
}

// content opens a part, of which one byte more than promised can be read.
func (p parts) content(name string, part Part) (*content, error) {
	f := p.entries[name]
	if f == nil {
		return nil, damaged("%.80s is missing", name)
	}
	entry, err := f.Open()
	if err != nil {
		return nil, damaged("%.80s cannot be unpacked", name)
	}
	sum := &digester{to: io.Discard, sum: sha256.New()}
	return &content{io.TeeReader(io.LimitReader(entry, part.Size+1), sum), entry, name, part, sum}, nil
}

// whole reads what is left, and makes sure that what was read is what the manifest says.
func (c *content) whole() error {
	if _, err := io.Copy(io.Discard, c); err != nil || c.sum.size != c.part.Size || hex.EncodeToString(c.sum.sum.Sum(nil)) != c.part.SHA256 {
		return damaged("%.80s is not what its manifest says", c.name)
	}
	return nil
}
