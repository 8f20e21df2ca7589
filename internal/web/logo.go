package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"craftplan/internal/fault"
	"craftplan/internal/files"
	"craftplan/internal/logo"
	"craftplan/internal/organizations"
	"craftplan/internal/store"
	"craftplan/internal/web/ui"
)

const (
	maxPicture  = 5 << 20 // bytes of an uploaded picture
	fewPictures = 2       // are decoded at once: a phone's takes a hundred megabytes, and the worst that is taken five hundred
)

// logoPath is where an organization's logo is, "" when it has none. It changes with the logo, so that browsers may keep it.
func logoPath(o organizations.Organization) string {
	if o.Logo == "" {
		return ""
	}
	return organizations.Path(o.Slug, "logo") + "?v=" + logoVersion(o.Logo)
}

func logoVersion(sum string) string { return sum[:min(len(sum), 12)] }

// showLogo serves the logo to members. Under an address that names another than the present one it is asked for again each time.
func showLogo(q *Request) error {
	f, png, err := logo.Read(q.Context(), q.site.Files, q.scope)
	if fault.Is(err, fault.KindNotFound) {
		return fault.NotFound("page")
	}
	if err != nil {
		return err
	}
	q.servePicture(f, "image/png", png, q.URL.Query().Get("v") == logoVersion(f.SHA256))
	return nil
}

// servePicture answers with a picture that the program made. Browsers may keep what is always the same at its address, and ask again for
// another by its content's digest.
func (q *Request) servePicture(f files.File, mediaType string, content []byte, always bool) {
	h := q.w.Header()
	h.Set("Content-Type", mediaType)
	h.Set("ETag", `"`+f.SHA256+`"`)
	h.Set("Cache-Control", "private, no-cache")
	if always {
		h.Set("Cache-Control", "private, max-age=31536000, immutable")
	}
	http.ServeContent(q.w, q.Request, "", f.CreatedAt.Time(), bytes.NewReader(content))
}

func changeLogo(q *Request) error {
	data, _, err := q.upload()
	if err == nil {
		err = q.site.oneOfFew(q.Context(), func() error { return logo.Change(q.Context(), q.site.Files, q.scope, data) })
	}
	if status, ok := again(err); ok {
		return q.renderOrganization(status, q.profileForm(), ui.Form{Problems: fault.FieldsOf(err)})
	}
	if err != nil {
		return err
	}
	return q.Done("The logo was changed.", q.Path("settings", "organization"))
}

func removeLogo(q *Request) error {
	err := q.Update(func(tx *store.Tx) error { return logo.Remove(q.Context(), tx) })
	if err != nil {
		return err
	}
	return q.Done("The logo was removed.", q.Path("settings", "organization"))
}

// oneOfFew runs what takes much memory while few others do.
func (s *Site) oneOfFew(ctx context.Context, do func() error) error {
	select {
	case s.few <- struct{}{}:
		defer func() { <-s.few }()
		return do()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// upload reads the file that a form sends in the field file, as far as the route takes it. What is wrong with it is an Invalid fault
// about that field. What is too large is read to its end and dropped: before that a browser does not look for an answer.
func (q *Request) upload() (data []byte, name string, err error) {
	parts, err := q.MultipartReader()
	if err != nil {
		return nil, "", fault.Invalid("file", "Choose a file first.")
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return nil, "", fault.Invalid("file", "Choose a file first.")
		}
		if err != nil {
			return nil, "", brokenOff()
		}
		if part.FormName() != "file" {
			continue
		}
		data, err := io.ReadAll(io.LimitReader(part, q.most+1))
		switch {
		case err != nil:
			return nil, "", brokenOff()
		case len(data) == 0:
			return nil, "", fault.Invalid("file", "Choose a file first.")
		case int64(len(data)) > q.most:
			_, _ = io.Copy(io.Discard, q.Body) // its error is the same news
			return nil, "", tooLarge(q.most)
		}
		return data, part.FileName(), nil
	}
}

func brokenOff() error {
	return fault.Invalid("file", "The file did not arrive whole. Try again.")
}

func tooLarge(most int64) error {
	return fault.Invalid("file", fmt.Sprintf("The file is larger than %d MB.", most>>20))
}
