package isolation

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/PuerkitoBio/goquery"
)

// Form is what a page lets somebody send: to a route, for what its path names.
type Form struct {
	Route  Route
	Actor  string // who was shown it
	Slug   string // in its address
	Holes  map[string]string
	Fields []Field
	Upload string // the field for a file; "" is none
}

// Field is a field of a form, or a parameter of an address.
type Field struct {
	Name    string
	Type    string   // as an input has it, or number, select, textarea, link
	Value   string   // what the page put in
	Options []string // what can be chosen
	Refs    []Ref    // what it refers to
}

// Ref is a way in which a field refers to something: by a value, with something before it that says what it is.
type Ref struct{ Kind, Before string }

// alike is how many forms are kept that differ only in what their path names: each may be in another state.
const alike = 8

// Crawl visits every page as somebody who may, and collects the forms of the program itself. Nothing is written by hand, so that a
// field that is added, hidden ones too, is tried by every gate.
func (w *World) Crawl(ctx context.Context, routes []Route) ([]Form, error) {
	c := crawler{World: w, routes: routes, counted: map[string]int{}}
	for _, r := range routes {
		if r.Access == Programs {
			if err := c.send(ctx, r); err != nil {
				return nil, err
			}
		}
		if r.Changes() {
			continue
		}
		for _, who := range visitors[r.Access] {
			paths, err := w.own(ctx, r, w.Actors[who])
			if err != nil {
				return nil, err
			}
			for _, holes := range paths {
				if err := c.visit(ctx, r.Fill(w.A.Slug, holes), who); err != nil {
					return nil, err
				}
			}
		}
	}
	return c.forms, w.classify(ctx, c.forms)
}

var visitors = map[Access][]string{Members: {Owner}, People: {Owner, Staff}, Anyone: {Anonymous, Newcomer, Halfway, Owner}, Operators: {Operator}}

// own are all ways to fill the holes of a route with what is the actor's own.
func (w *World) own(ctx context.Context, r Route, a *Actor) ([]map[string]string, error) {
	ways := []map[string]string{{}}
	for _, hole := range r.Holes() {
		if hole.Kind == "" {
			return nil, fmt.Errorf("%s: what does {%s} name? Add it to holeKinds in kinds.go", r, hole.Name)
		}
		var next []map[string]string
		for _, way := range ways {
			values, err := w.values(ctx, hole.Kind, w.A, a, way)
			if err != nil {
				return nil, err
			}
			for _, value := range values {
				next = append(next, with(way, hole.Name, value))
			}
		}
		ways = next
	}
	return ways, nil
}

func with(values map[string]string, name, value string) map[string]string {
	more := map[string]string{name: value}
	for k, v := range values {
		if k != name {
			more[k] = v
		}
	}
	return more
}

type crawler struct {
	*World
	routes  []Route
	forms   []Form
	counted map[string]int
}

func (c *crawler) visit(ctx context.Context, path, who string) error {
	answer, err := c.Do(ctx, Ask{Method: http.MethodGet, Path: path, Cookies: c.Actors[who].Cookies})
	if err != nil {
		return err
	}
	forms, err := answer.forms(c.routes, path, who)
	for _, f := range forms {
		c.keep(f)
	}
	return err
}

// forms are what an answer lets somebody send, with the addresses that have parameters.
func (a Answer) forms(routes []Route, path, who string) (forms []Form, err error) {
	if a.Status != http.StatusOK || !strings.HasPrefix(a.Header.Get("Content-Type"), "text/html") {
		return nil, nil
	}
	page, err := goquery.NewDocumentFromReader(strings.NewReader(a.Body))
	if err != nil {
		return nil, err
	}
	add := func(method, target string, fields []Field, upload string) {
		if f, ok := formTo(routes, method, target, fields); ok {
			f.Actor, f.Upload = who, upload
			forms = append(forms, f)
		}
	}
	page.Find("form").Each(func(_ int, f *goquery.Selection) {
		fields := fieldsOf(f)
		if method := strings.ToUpper(f.AttrOr("method", "get")); method != "DIALOG" {
			add(method, f.AttrOr("action", path), fields, f.Find("input[type=file]").AttrOr("name", ""))
		}
		page.Find("button[formaction][form='" + f.AttrOr("id", "-") + "']").Each(func(_ int, b *goquery.Selection) {
			add(http.MethodPost, b.AttrOr("formaction", ""), fields, "")
		})
		f.Find("[hx-post], [hx-get]").AddSelection(f).Each(func(_ int, e *goquery.Selection) {
			add(http.MethodPost, e.AttrOr("hx-post", ""), fields, "")
			add(http.MethodPost, e.AttrOr("data-ask", ""), nil, "")
			add(http.MethodGet, e.AttrOr("hx-get", ""), fields, "")
		})
	})
	page.Find("a[href*='?'], link[href*='?']").Each(func(_ int, a *goquery.Selection) {
		add(http.MethodGet, a.AttrOr("href", ""), nil, "")
	})
	return forms, nil
}

// formTo is a form that sends fields, and those in the address itself, to an address of the program.
func formTo(routes []Route, method, target string, fields []Field) (Form, bool) {
	u, err := url.Parse(target)
	if err != nil || target == "" {
		return Form{}, false
	}
	r, holes, ok := match(routes, method, u.EscapedPath())
	if !ok {
		return Form{}, false
	}
	query := u.Query()
	fields = slices.Clone(fields)
	for _, name := range slices.Sorted(maps.Keys(query)) {
		fields = append(fields, Field{Name: name, Type: "link", Value: query.Get(name)})
	}
	f := Form{Route: r, Slug: holes[organizationHole], Holes: holes, Fields: fields}
	delete(holes, organizationHole)
	return f, true
}

// keep notes a form, unless enough are known that are like it.
func (c *crawler) keep(f Form) {
	names := make([]string, len(f.Fields))
	for i, field := range f.Fields {
		names[i] = field.Name
	}
	slices.Sort(names)
	key := fmt.Sprint(f.Route, f.Actor, names)
	if exact := fmt.Sprint(key, f.Holes); c.counted[key] < alike && c.counted[exact] == 0 {
		c.counted[key]++
		c.counted[exact]++
		c.forms = append(c.forms, f)
	}
}

// modelRow marks the fields of a row that the script copies.
const modelRow = "__n__"

func fieldsOf(form *goquery.Selection) (fields []Field) {
	form.Find("input[name], select[name], textarea[name], button[name]").Each(func(_ int, e *goquery.Selection) {
		f := Field{Name: e.AttrOr("name", ""), Type: e.AttrOr("type", "text"), Value: e.AttrOr("value", "")}
		if strings.Contains(f.Name, modelRow) || f.Type == "file" {
			return
		}
		if mode := e.AttrOr("inputmode", ""); mode == "decimal" || mode == "numeric" {
			f.Type = "number"
		}
		switch node := goquery.NodeName(e); {
		case node == "select":
			f.Type, f.Value = node, ""
			e.Find("option").Each(func(i int, o *goquery.Selection) {
				value := o.AttrOr("value", o.Text())
				f.Options = append(f.Options, value)
				if _, selected := o.Attr("selected"); selected || i == 0 {
					f.Value = value
				}
			})
		case node == "textarea":
			f.Type, f.Value = node, e.Text()
		case f.Type == "radio" || f.Type == "checkbox" || node == "button":
			_, checked := e.Attr("checked")
			if i := slices.IndexFunc(fields, func(g Field) bool { return g.Name == f.Name }); i >= 0 {
				fields[i].Options = append(fields[i].Options, f.Value)
				if checked {
					fields[i].Value = f.Value
				}
				return
			}
			f.Options = []string{f.Value}
			if !checked && f.Type != "radio" {
				f.Value = ""
			}
		}
		fields = append(fields, f)
	})
	return fields
}

// classify finds out which fields refer to something: those that hold, or offer, a value of a kind.
func (w *World) classify(ctx context.Context, forms []Form) error {
	known, err := w.kindsOf(ctx)
	for _, form := range forms {
		for i := range form.Fields {
			form.Fields[i].refer(known)
		}
	}
	return err
}

// kindsOf are the kinds of A's references, by value.
func (w *World) kindsOf(ctx context.Context) (map[string]string, error) {
	known := map[string]string{}
	for name, k := range kinds {
		if k.Fixed != nil || k.Personal || k.Nobodys || k.Mailed || name == "version" { // a number may be any number
			continue
		}
		values, err := w.allOf(ctx, name, w.A, w.Actors[Owner], nil)
		if err != nil {
			return nil, err
		}
		for _, v := range values {
			known[v] = name
		}
	}
	return known, nil
}

// refer finds references in what the field holds or offers: a whole value, or an id within one.
func (f *Field) refer(known map[string]string) {
	for _, value := range append(slices.Clone(f.Options), f.Value) {
		ref := Ref{Kind: known[value]}
		if at := drawn.FindStringIndex(value); at != nil && at[1] == len(value) {
			ref = Ref{known[value[at[0]:]], value[:at[0]]}
		}
		if ref.Kind != "" && !slices.Contains(f.Refs, ref) {
			f.Refs = append(f.Refs, ref)
		}
	}
}

// Plausible are values for all fields, as somebody might fill them in: what the page put in stays, and what is empty is filled.
func (f Form) Plausible() url.Values {
	v := url.Values{}
	for _, field := range f.Fields {
		v.Set(field.Name, f.plausible(field))
	}
	for name, value := range plausible[f.Route.Pattern] {
		v.Set(name, value)
	}
	return v
}

// encode makes a form's body and its type, with a content in the field for a file.
func encode(values url.Values, upload string, content []byte) (body, kind string) {
	if upload == "" {
		return values.Encode(), ""
	}
	var b strings.Builder
	form := multipart.NewWriter(&b)
	err := form.SetBoundary("a-boundary-that-is-always-the-same")
	for _, name := range slices.Sorted(maps.Keys(values)) {
		err = errors.Join(err, form.WriteField(name, values.Get(name)))
	}
	file, e := form.CreateFormFile(upload, "picture.png")
	if err = errors.Join(err, e); err == nil {
		_, err = file.Write(content)
	}
	if err = errors.Join(err, form.Close()); err != nil {
		panic(err) // nothing is written to but memory
	}
	return b.String(), form.FormDataContentType()
}

// uploadTo is a file that the route takes.
func uploadTo(r Route) []byte {
	if strings.Contains(r.Pattern, "/imports/") {
		return []byte("SKU,Name,Unit,Quantity\nUP-1,Uploaded,kg,1 kg\n")
	}
	return picture
}

// plausible are fields that nobody could guess, by pattern.
var plausible = map[string]map[string]string{
	"/login":                               {"email": "viewer@alder.example", "password": password},
	"/{organization}/materials/{sku}/food": {"packaging": ""}, // which has no allergens and no nutrition
	"/{organization}/settings/organization/closing":           {"name": "Alder Bakery"},
	"/{organization}/settings/sign-in":                        {"domains": "alder.example"},
	"/{organization}/settings/food/allergens/{allergen}/name": {"name": "Another name"}, // its own is taken by itself
	"/{organization}/settings/food/nutrients/{nutrient}/name": {"name": "Another name"},
	"/{organization}/transfers/{transfer}/arrival":            {"quantity": ""}, // all of it
	"/{organization}/counts/{count}/lines/{line}":             {"counted": "1"},
	"/{organization}/counts":                                  {"expires_by": ""}, // nothing expires so soon
	"/{organization}/products":                                {"variant": ""},    // which must be part of the name
	"/{organization}/products/{sku}":                          {"variant": ""},
	"/{organization}/products/{sku}/variants":                 {"name": ""}, // then it is made of the variant
	"/{organization}/customer-groups/{group}/name":            {"name": "Another name"},
	"/{organization}/price-lists/{list}":                      {"name": "Another name"},
	"/{organization}/containers":                              {"tare": "450 g"},
	"/{organization}/settings/locations/{location}/name":      {"name": "Another name"},
	"/{organization}/containers/{container}":                  {"name": "Another name"},
}

func (f Form) plausible(field Field) string {
	name := field.Name[strings.LastIndex(field.Name, ".")+1:]
	switch {
	case field.Value != "" || strings.HasPrefix(field.Name, "billing_"):
		return field.Value
	case strings.Count(field.Name, ".") == 2 && !strings.Contains(field.Name, ".0."):
		return "" // a row beyond the first
	case name == "gtin":
		return "" // a number of one product, with a digit that checks it
	case len(field.Options) > 0:
		return field.Options[min(1, len(field.Options)-1)]
	case strings.Contains(name, "password") || name == "current":
		return password
	case strings.Contains(name, "email") || field.Type == "email":
		return "somebody@elsewhere.example"
	case field.Type == "datetime-local":
		return "2026-03-10T10:30" // in Chicago: between Noon and now
	case field.Type == "number":
		return "2"
	case field.Type == "date":
		return Noon.AddDate(0, 0, 3).Format("2006-01-02")
	}
	return "Plausible"
}
