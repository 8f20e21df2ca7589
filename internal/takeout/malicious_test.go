package takeout_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/store/storetest"
	"craftplan/internal/takeout"
)

// packed is an archive taken apart.
type packed struct {
	manifest takeout.Manifest
	entries  map[string][]byte
}

func unpack(t *testing.T, archive []byte) packed {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		t.Fatal(err)
	}
	p := packed{entries: map[string][]byte{}}
	for _, f := range z.File {
		content, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if p.entries[f.Name], err = io.ReadAll(content); err != nil {
			t.Fatal(err)
		}
	}
	if err := json.Unmarshal(p.entries["manifest.json"], &p.manifest); err != nil {
		t.Fatal(err)
	}
	delete(p.entries, "manifest.json")
	return p
}

// pack puts an archive together again, with what extra writes.
func (p packed) pack(t *testing.T, extra func(*zip.Writer) error) []byte {
	t.Helper()
	manifest, err := json.Marshal(p.manifest)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	p.entries["manifest.json"] = manifest
	for name, content := range p.entries {
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write(content)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if extra != nil {
		err = extra(z)
	}
	if err != nil || z.Close() != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// rewrite changes the rows of a table, as somebody does who reckons the digest anew.
func (p packed) rewrite(t *testing.T, table string, change func(rows [][]any, column func(string) int) [][]any) {
	t.Helper()
	at := slices.IndexFunc(p.manifest.Tables, func(part takeout.TablePart) bool { return part.Table == table })
	part := &p.manifest.Tables[at]
	name := "data/" + table + ".jsonl"
	var rows [][]any
	lines := json.NewDecoder(bytes.NewReader(p.entries[name]))
	lines.UseNumber()
	for lines.More() {
		var row []any
		if err := lines.Decode(&row); err != nil {
			t.Fatal(err)
		}
		rows = append(rows, row)
	}
	rows = change(rows, func(column string) int { return slices.Index(part.Columns, column) })
	var out bytes.Buffer
	for _, row := range rows {
		if err := json.NewEncoder(&out).Encode(row); err != nil {
			t.Fatal(err)
		}
	}
	sum := sha256.Sum256(out.Bytes())
	p.entries[name] = out.Bytes()
	part.Rows, part.Size, part.SHA256 = int64(len(rows)), int64(out.Len()), hex.EncodeToString(sum[:])
}

// foreign is what belongs to another organization.
type foreign struct{ customer, member id.ID }

// What somebody put together to do harm is refused in a sentence, and leaves nothing behind: no row of any table, no file, no user.
func TestMalicious(t *testing.T) {
	add := func(name string, content []byte) func(*zip.Writer) error {
		return func(z *zip.Writer) error {
			w, err := z.Create(name)
			if err == nil {
				_, err = w.Write(content)
			}
			return err
		}
	}
	attacks := map[string]func(t *testing.T, p *packed, theirs foreign) func(*zip.Writer) error{
		"a customer of another organization": func(t *testing.T, p *packed, theirs foreign) func(*zip.Writer) error {
			p.rewrite(t, "orders", func(rows [][]any, column func(string) int) [][]any {
				rows[0][column("customer_id")] = theirs.customer.String()
				return rows
			})
			return nil
		},
		"rows that name their organization": func(t *testing.T, p *packed, theirs foreign) func(*zip.Writer) error {
			p.manifest.Tables[0].Columns = append(p.manifest.Tables[0].Columns, "organization_id")
			return nil
		},
		"somebody who is not in it": func(t *testing.T, p *packed, theirs foreign) func(*zip.Writer) error {
			p.rewrite(t, "customers", func(rows [][]any, column func(string) int) [][]any {
				rows[0][column("created_by")] = theirs.member.String()
				return rows
			})
			return nil
		},
		"a table that stays behind": func(t *testing.T, p *packed, _ foreign) func(*zip.Writer) error {
			p.manifest.Tables[0].Table = "api_keys"
			p.entries["data/api_keys.jsonl"] = nil
			return nil
		},
		"a table of the directory": func(t *testing.T, p *packed, _ foreign) func(*zip.Writer) error {
			p.manifest.Tables[0].Table = "users"
			return nil
		},
		"a column that is code": func(t *testing.T, p *packed, _ foreign) func(*zip.Writer) error {
			p.manifest.Tables[0].Columns[1] = `kind") VALUES ('x'); DROP TABLE users; --`
			return nil
		},
		"the same row twice": func(t *testing.T, p *packed, _ foreign) func(*zip.Writer) error {
			p.rewrite(t, "customers", func(rows [][]any, _ func(string) int) [][]any { return append(rows, rows[0]) })
			return nil
		},
		"an id that is none": func(t *testing.T, p *packed, _ foreign) func(*zip.Writer) error {
			p.rewrite(t, "customers", func(rows [][]any, column func(string) int) [][]any {
				rows[0][column("id")] = "x"
				return rows
			})
			return nil
		},
		"an unknown status": func(t *testing.T, p *packed, _ foreign) func(*zip.Writer) error {
			p.rewrite(t, "orders", func(rows [][]any, column func(string) int) [][]any {
				rows[0][column("status")] = "paid by the moon"
				return rows
			})
			return nil
		},
		"a text where a number belongs": func(t *testing.T, p *packed, _ foreign) func(*zip.Writer) error {
			p.rewrite(t, "products", func(rows [][]any, column func(string) int) [][]any {
				rows[0][column("price")] = "free"
				return rows
			})
			return nil
		},
		"a row too short": func(t *testing.T, p *packed, _ foreign) func(*zip.Writer) error {
			p.rewrite(t, "products", func(rows [][]any, _ func(string) int) [][]any {
				rows[0] = rows[0][1:]
				return rows
			})
			return nil
		},
		"fewer rows than said": func(t *testing.T, p *packed, _ foreign) func(*zip.Writer) error {
			p.manifest.Tables[0].Rows++
			return nil
		},
		"a wrong digest": func(t *testing.T, p *packed, _ foreign) func(*zip.Writer) error {
			p.manifest.Files[0].SHA256 = strings.Repeat("0", 64)
			return nil
		},
		"another picture than its row says": func(t *testing.T, p *packed, _ foreign) func(*zip.Writer) error {
			f := &p.manifest.Files[0]
			content := []byte("<svg onload=alert(1)>")
			sum := sha256.Sum256(content)
			p.entries["files/"+f.ID.String()] = content
			f.Size, f.SHA256 = int64(len(content)), hex.EncodeToString(sum[:])
			return nil
		},
		"a file without a row": func(t *testing.T, p *packed, _ foreign) func(*zip.Writer) error {
			sum := sha256.Sum256([]byte("x"))
			which := id.New()
			p.manifest.Files = append(p.manifest.Files, takeout.FilePart{ID: which, Part: takeout.Part{Size: 1, SHA256: hex.EncodeToString(sum[:])}})
			return add("files/"+which.String(), []byte("x"))
		},
		"a path that leads out": func(*testing.T, *packed, foreign) func(*zip.Writer) error {
			return add("../../etc/cron.d/x", []byte("x"))
		},
		"a file of another name": func(*testing.T, *packed, foreign) func(*zip.Writer) error { return add("files/../x", []byte("x")) },
		"the manifest twice":     func(*testing.T, *packed, foreign) func(*zip.Writer) error { return add("manifest.json", []byte("{}")) },
		"a link": func(*testing.T, *packed, foreign) func(*zip.Writer) error {
			return func(z *zip.Writer) error {
				h := &zip.FileHeader{Name: "files/link"}
				h.SetMode(os.ModeSymlink | 0o777)
				w, err := z.CreateHeader(h)
				if err == nil {
					_, err = w.Write([]byte("/etc/passwd"))
				}
				return err
			}
		},
		"a bomb that says how large it is": func(t *testing.T, p *packed, _ foreign) func(*zip.Writer) error {
			p.manifest.Tables[0].Size = 1 << 40
			return nil
		},
		"a bomb that does not": func(t *testing.T, p *packed, _ foreign) func(*zip.Writer) error {
			p.entries["data/"+p.manifest.Tables[0].Table+".jsonl"] = bytes.Repeat([]byte("[]\n"), 20<<20)
			return nil
		},
		"a newer version": func(t *testing.T, p *packed, _ foreign) func(*zip.Writer) error {
			p.manifest.Schema = 1 << 30
			return nil
		},
		"an older version": func(t *testing.T, p *packed, _ foreign) func(*zip.Writer) error {
			p.manifest.Schema = 1
			return nil
		},
		"somebody of an unknown role": func(t *testing.T, p *packed, _ foreign) func(*zip.Writer) error {
			p.manifest.People[1].Role = "emperor"
			return nil
		},
		"an organization without a name": func(t *testing.T, p *packed, _ foreign) func(*zip.Writer) error {
			p.manifest.Organization.Name = ""
			return nil
		},
		"a slug that is taken": func(t *testing.T, p *packed, _ foreign) func(*zip.Writer) error {
			p.manifest.Organization.Slug = "bluebird"
			return nil
		},
	}
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		p := sunrise(t, db.Engine())
		archive, _ := p.export(t, "sunrise")
		_, scope := p.open(t, "bluebird")
		past := p.Unbound()
		theirs := foreign{member: p.user(t, "jonas@bluebird.example").ID}
		if err := past.QueryRowContext(t.Context(), "SELECT id FROM customers WHERE organization_id = $1 LIMIT 1", scope.Organization()).Scan(&theirs.customer); err != nil {
			t.Fatal(err)
		}
		survey := p.survey(t)
		standing := survey()
		for name, attack := range attacks {
			parts := unpack(t, archive)
			parts.manifest.Organization.Slug = "harmful"
			extra := attack(t, &parts, theirs)
			o, err := p.bring(t, parts.pack(t, extra), takeout.As{})
			if !fault.Is(err, fault.KindInvalid) {
				t.Errorf("%s: %+v, %v", name, o, err)
			}
			if left := standing.differs(survey()); len(left) > 0 {
				t.Errorf("%s: left behind: %v", name, left)
			}
		}
		// What is not harmed is brought.
		parts := unpack(t, archive)
		parts.manifest.Organization.Slug = "harmless"
		if _, err := p.bring(t, parts.pack(t, nil), takeout.As{}); err != nil {
			t.Errorf("unharmed: %v", err)
		}
	})
}
