package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"

	"craftplan/internal/accounts"
	"craftplan/internal/catalog"
	"craftplan/internal/crm"
	"craftplan/internal/generate"
	"craftplan/internal/id"
	"craftplan/internal/organizations"
	"craftplan/internal/store"
)

type productID = id.ID

// visitor is the owner of the first organization, signed in.
type visitor struct {
	base, order string
	client      *http.Client
}

var orderLink = regexp.MustCompile(`href="/[a-z0-9-]+(/orders/OR-[0-9-]+)"`)

func visit(ctx context.Context, i *installation) (*visitor, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	v := &visitor{base: i.server.URL, client: client(jar, &http.Transport{MaxIdleConnsPerHost: 16})}
	if err := v.signIn(); err != nil {
		return nil, err
	}
	v.base += "/" + generate.Slug(1)
	if i.scope, err = ownerOf(ctx, i, generate.Slug(1)); err != nil {
		return nil, err
	}
	body, err := v.read("/orders")
	if err != nil {
		return nil, err
	}
	found := orderLink.FindSubmatch(body)
	if found == nil {
		return nil, errors.New("no order on the list")
	}
	v.order = string(found[1])
	return v, nil
}

// client is a browser that follows nobody elsewhere.
func client(jar http.CookieJar, transport *http.Transport) *http.Client {
	transport.DisableCompression = true
	return &http.Client{Jar: jar, Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// signIn signs the first organization's owner in.
func (v *visitor) signIn() error {
	return v.post("/login", url.Values{"email": {"owner@" + generate.Slug(1) + ".example"}, "password": {generate.Password}})
}

// ownerOf is the right of a generated organization's owner.
func ownerOf(ctx context.Context, i *installation, slug string) (scope store.Scope, err error) {
	var owner accounts.User
	err = i.SystemView(ctx, "bench: find the owner", func(tx *store.SystemTx) (err error) {
		owner, err = accounts.ByEmail(ctx, tx, "owner@"+slug+".example")
		return err
	})
	if err == nil {
		_, scope, err = organizations.Resolve(ctx, i.Store, slug, owner.ID)
	}
	return scope, err
}

func (v *visitor) read(path string) ([]byte, error) {
	response, err := v.client.Get(v.base + path)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s answers %d", path, response.StatusCode)
	}
	return body, err
}

func (v *visitor) get(path string) error {
	response, err := v.client.Get(v.base + path)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %d", path, response.StatusCode)
	}
	return nil
}

// errRefused is behind an answer that is not what was asked for, unlike none.
var errRefused = errors.New("refused")

func (v *visitor) post(path string, form url.Values) error {
	response, err := v.client.Post(v.base+path, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusSeeOther {
		err = fmt.Errorf("%w: %s answers %d: %.300s", errRefused, path, response.StatusCode, body)
	}
	return err
}

// orderForm is an order of three products.
func (v *visitor) orderForm(ctx context.Context, i *installation) (url.Values, error) {
	form := url.Values{"fulfilment": {"delivery"}}
	err := i.View(ctx, i.scope, func(tx *store.Tx) error {
		products, err := catalog.Options(ctx, tx)
		if err != nil {
			return err
		}
		for n, p := range products[:3] {
			form.Set(fmt.Sprintf("lines.%d.product", n), p.ID.String())
			form.Set(fmt.Sprintf("lines.%d.quantity", n), "12")
		}
		form.Set("delivery_at", tx.Today().AddDays(3).At(9, 0, tx.Context().Zone).Local(tx.Context().Zone))
		customer, err := firstCustomer(ctx, tx)
		form.Set("customer", customer)
		return err
	})
	return form, err
}

func firstProduct(ctx context.Context, tx *store.Tx) (catalog.Option, error) {
	options, err := catalog.Options(ctx, tx)
	if err != nil || len(options) == 0 {
		return catalog.Option{}, errors.Join(err, errors.New("no product"))
	}
	return options[0], nil
}

func firstCustomer(ctx context.Context, tx *store.Tx) (string, error) {
	options, err := crm.Options(ctx, tx)
	if err != nil || len(options) == 0 {
		return "", errors.Join(err, errors.New("no customer"))
	}
	return options[0].Reference, nil
}

func databaseOf(database string) string {
	u, err := url.Parse(database)
	if err != nil {
		return ""
	}
	return strings.TrimPrefix(u.Path, "/")
}
