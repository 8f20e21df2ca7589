// Package files keeps what people upload and what the program makes for them: a row says what there is, and its content lies in a
// directory, by organization and file.
//
// There is no row without its content. The content is written first and the row in the transaction of what the file is for; a row is
// deleted in a transaction and its content after it. What lies there without a row, because the program ended in between, is swept
// away by a job that was left before.
package files

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"time"

	"craftplan/internal/authz"
	"craftplan/internal/calendar"
	"craftplan/internal/fault"
	"craftplan/internal/files/internal/db"
	"craftplan/internal/id"
	"craftplan/internal/organizations"
	"craftplan/internal/store"
)

// Purpose is what a file is for.
type Purpose string

// The purposes.
const (
	Logo   Purpose = "logo"   // the picture of an organization
	Photo  Purpose = "photo"  // a picture of a product, in one size
	Import Purpose = "import" // what somebody takes in; it goes after a day
)

// File is something that an organization keeps. Its content never changes: another content is another file.
type File struct {
	ID        id.ID
	Purpose   Purpose
	MediaType string
	Size      int64  // bytes
	SHA256    string // of the content, hexadecimal
	CreatedAt calendar.Instant
}

// Draft is a file to be.
type Draft struct {
	Purpose   Purpose
	MediaType string
	Content   []byte
}

// Library is all files of an installation.
type Library struct {
	store    *store.Store
	contents Contents
}

// New is the library of a database and a place for contents.
func New(st *store.Store, contents Contents) *Library { return &Library{st, contents} }

// Sweep is the job of removing a content that no row names.
type Sweep struct {
	File id.ID `json:"file"`
}

// Kind names the job.
func (Sweep) Kind() string { return "file_sweep" }

// DeleteAll removes all contents of an organization whose rows are gone.
func (l *Library) DeleteAll(ctx context.Context, organization id.Organization) error {
	return l.contents.DeleteAll(ctx, organization)
}

// patience is after how long a content without a row is none to be: longer than any request takes.
const patience = time.Hour

// Put keeps a file and runs change, which does what the file is for, in one transaction; after an error there is neither. It may run
// change more than once. The caller has asked for the permission. An Invalid fault about the field file says that the organization's
// plan has no room for it.
func (l *Library) Put(ctx context.Context, scope store.Scope, d Draft, change func(*store.Tx, File) error) error {
	return l.PutAll(ctx, scope, []Draft{d}, func(tx *store.Tx, all []File) error { return change(tx, all[0]) })
}

// PutAll is Put for files that belong together: all of them are kept, or none.
func (l *Library) PutAll(ctx context.Context, scope store.Scope, drafts []Draft, change func(*store.Tx, []File) error) error {
	all := make([]File, len(drafts))
	for i, d := range drafts {
		sum := sha256.Sum256(d.Content)
		all[i] = File{ID: id.New(), Purpose: d.Purpose, MediaType: d.MediaType, Size: int64(len(d.Content)), SHA256: hex.EncodeToString(sum[:])}
	}
	err := l.store.Update(ctx, scope, func(tx *store.Tx) error {
		for _, f := range all {
			if err := tx.EnqueueIn(ctx, Sweep{f.ID}, patience); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	undone := true
	for i := 0; i < len(drafts) && err == nil; i++ {
		err = l.contents.Put(ctx, Key{scope.Organization(), all[i].ID}, bytes.NewReader(drafts[i].Content))
	}
	if err == nil {
		err = l.store.Update(ctx, scope, func(tx *store.Tx) error {
			undone = true
			if err := create(ctx, tx, all, change); err != nil {
				return err
			}
			undone = false // from here on only the database knows; the sweep asks it
			return nil
		})
	}
	if err != nil && undone {
		for _, f := range all {
			err = errors.Join(err, l.contents.Delete(context.WithoutCancel(ctx), Key{scope.Organization(), f.ID}))
		}
	}
	return err
}

// create notes the files and looks last whether there was room, when change may have removed what they replace.
func create(ctx context.Context, tx *store.Tx, all []File, change func(*store.Tx, []File) error) error {
	if err := tx.Lock(ctx, "storage"); err != nil {
		return err
	}
	for i := range all {
		f := &all[i]
		f.CreatedAt = tx.Now()
		err := db.For(tx).CreateFile(ctx, db.CreateFileIn{ID: f.ID, Purpose: string(f.Purpose), MediaType: f.MediaType, Size: f.Size, Sha256: f.SHA256, CreatedAt: f.CreatedAt, CreatedBy: tx.Actor().UserID})
		if err != nil {
			return err
		}
	}
	if err := change(tx, all); err != nil {
		return err
	}
	limits, err := organizations.LimitsNow(ctx, tx)
	if err != nil {
		return err
	}
	used, err := db.For(tx).StorageUsed(ctx)
	if err == nil && !limits.Storage.Covers(used) {
		err = fault.Invalid("file", "There is no room for this file: the plan's storage is used up.")
	}
	return err
}

// Newest is the latest file of a purpose, a NotFound fault when there is none. Who may see it is for the domain to say that keeps it.
func Newest(ctx context.Context, tx *store.Tx, p Purpose) (File, error) {
	r, err := db.For(tx).NewestFile(ctx, db.NewestFileIn{Purpose: string(p)})
	if err = store.Translate(err); fault.Is(err, fault.KindNotFound) {
		return File{}, fault.NotFound("file")
	}
	return File{r.ID, Purpose(r.Purpose), r.MediaType, r.Size, r.Sha256, r.CreatedAt}, err
}

// Remove takes a file away, and its content once the transaction is committed. The caller has asked for the permission.
func Remove(ctx context.Context, tx *store.Tx, file id.ID) error {
	gone, err := db.For(tx).DeleteFile(ctx, db.DeleteFileIn{ID: file})
	if err != nil || gone == 0 {
		return err
	}
	return tx.Enqueue(ctx, Sweep{file})
}

// Replace takes away the other files of the purpose, for what there is one of.
func Replace(ctx context.Context, tx *store.Tx, by File) error {
	others, err := db.For(tx).DeleteOtherFiles(ctx, db.DeleteOtherFilesIn{Purpose: string(by.Purpose), ID: by.ID})
	for _, file := range others {
		if err := tx.Enqueue(ctx, Sweep{file}); err != nil {
			return err
		}
	}
	return err
}

// Used is how many bytes the organization keeps.
func Used(ctx context.Context, tx *store.Tx) (int64, error) {
	if err := tx.Require(authz.SettingsRead); err != nil {
		return 0, err
	}
	return db.For(tx).StorageUsed(ctx)
}

// Newest is the latest file of a purpose with its content, a NotFound fault when there is none or it was removed meanwhile.
func (l *Library) Newest(ctx context.Context, scope store.Scope, p Purpose) (f File, content []byte, err error) {
	err = l.store.View(ctx, scope, func(tx *store.Tx) error {
		f, err = Newest(ctx, tx, p)
		return err
	})
	if err != nil {
		return f, nil, err
	}
	reader, err := l.contents.Get(ctx, Key{scope.Organization(), f.ID})
	if err != nil {
		return f, nil, err
	}
	defer reader.Close()
	content, err = io.ReadAll(reader)
	return f, content, err
}

// Read is a file with its content, a NotFound fault when there is none. Who may see it is for the domain to say that keeps it.
func (l *Library) Read(ctx context.Context, scope store.Scope, which id.ID) (f File, content []byte, err error) {
	err = l.store.View(ctx, scope, func(tx *store.Tx) error {
		r, err := db.For(tx).GetFile(ctx, db.GetFileIn{ID: which})
		f = File{r.ID, Purpose(r.Purpose), r.MediaType, r.Size, r.Sha256, r.CreatedAt}
		return store.Translate(err)
	})
	if err != nil {
		return f, nil, err
	}
	reader, err := l.contents.Get(ctx, Key{scope.Organization(), f.ID})
	if err != nil {
		return f, nil, err
	}
	defer reader.Close()
	content, err = io.ReadAll(reader)
	return f, content, err
}

// Sweep removes the content of the job's file unless there is a row for it. It can be run again at any time.
func (l *Library) Sweep(ctx context.Context, scope store.Scope, job Sweep) error {
	var kept bool
	err := l.store.View(ctx, scope, func(tx *store.Tx) (err error) {
		kept, err = db.For(tx).FileExists(ctx, db.FileExistsIn{ID: job.File})
		return err
	})
	if err != nil || kept {
		return err
	}
	return l.contents.Delete(ctx, Key{scope.Organization(), job.File})
}

// All are all files of the organization. Whoever calls it has asked whether it may be carried away.
func All(ctx context.Context, tx *store.Tx) ([]File, error) {
	rows, err := db.For(tx).AllFiles(ctx)
	all := make([]File, len(rows))
	for i, r := range rows {
		all[i] = File{r.ID, Purpose(r.Purpose), r.MediaType, r.Size, r.Sha256, r.CreatedAt}
	}
	return all, err
}

// Content opens what a file of the organization holds; a NotFound fault says that it was removed meanwhile.
func (l *Library) Content(ctx context.Context, tx *store.Tx, file id.ID) (io.ReadCloser, error) {
	return l.contents.Get(ctx, Key{tx.Organization(), file})
}

// Bring keeps a content for an organization on its way in, whose rows will name it.
func (l *Library) Bring(ctx context.Context, organization id.Organization, file id.ID, content io.Reader) error {
	return l.contents.Put(ctx, Key{organization, file}, content)
}

// Drop removes a content that no row of files names, and what a broken Bring left of it. What is not there is no error.
func (l *Library) Drop(ctx context.Context, organization id.Organization, file id.ID) error {
	return l.contents.Delete(ctx, Key{organization, file})
}
