package isolation

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// sent is what programs send, by route: no page has a form for it. It is JSON, for what only reads the parameters. A text in braces
// stands for a reference of that kind.
var sent = map[string]string{
	"GET /api/v1/{organization}/customers":               `{"q": "Alder", "limit": "2", "offset": "0"}`,
	"POST /api/v1/{organization}/customers":              `{"kind": "company", "name": "Plausible", "email": "somebody@elsewhere.example", "notes": "Plausible", "billing_address": {"city": "Plausible"}}`,
	"PATCH /api/v1/{organization}/customers/{reference}": `{"contact_name": "Plausible", "shipping_address": {"street": "Plausible", "country": "Norway"}}`,
	"GET /api/v1/{organization}/materials":               `{"q": "Alder", "limit": "2", "offset": "0"}`,
	"GET /api/v1/{organization}/products":                `{"q": "Alder", "limit": "2", "offset": "0"}`,
	"GET /api/v1/{organization}/price-lists":             `{"limit": "2", "offset": "0"}`,
	"GET /api/v1/{organization}/orders":                  `{"q": "Alder", "status": "{status}", "limit": "2", "offset": "0"}`,
}

// send keeps what programs send to a route as forms, for each thing of A's that its path may name.
func (c *crawler) send(ctx context.Context, r Route) error {
	text, ok := sent[r.String()]
	if !ok {
		return nil
	}
	fields, err := c.fieldsOf(ctx, "", document(text))
	if err != nil {
		return fmt.Errorf("%s: %w", r, err)
	}
	ways, err := c.own(ctx, r, c.Actors[Program])
	for _, holes := range few(ways, alike) {
		c.forms = append(c.forms, Form{Route: r, Actor: Program, Holes: holes, Fields: fields})
	}
	return err
}

// fieldsOf are the texts of a document, by where they stand in it, such as lines.0.sku.
func (c *crawler) fieldsOf(ctx context.Context, at string, value any) (fields []Field, err error) {
	inner := map[string]any{}
	switch v := value.(type) {
	case map[string]any:
		inner = v
	case []any:
		for i, e := range v {
			inner[strconv.Itoa(i)] = e
		}
	default:
		f := Field{Name: at, Type: "json", Value: fmt.Sprint(v)}
		if kind, ok := strings.CutPrefix(f.Value, "{"); ok {
			kind = strings.TrimSuffix(kind, "}")
			values, err := c.allOf(ctx, kind, c.A, c.Actors[Owner], nil)
			if err != nil || len(values) == 0 {
				return nil, fmt.Errorf("A has no %s: %w", kind, err)
			}
			f.Value, f.Refs = values[0], []Ref{{Kind: kind}}
		}
		return []Field{f}, nil
	}
	for _, name := range slices.Sorted(maps.Keys(inner)) {
		more, err := c.fieldsOf(ctx, strings.TrimPrefix(at+"."+name, "."), inner[name])
		if err != nil {
			return nil, err
		}
		fields = append(fields, more...)
	}
	return fields, nil
}

func document(text string) (value any) {
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		panic(fmt.Sprintf("sent is no JSON: %s: %v", text, err))
	}
	return value
}

// asJSON is what programs send to a route, with these values in their places. What has no place there is added at the top.
func asJSON(r Route, values url.Values) string {
	text, ok := sent[r.String()]
	if !ok {
		text = "{}"
	}
	whole := document(text)
	for at := range values {
		whole = placed(whole, strings.Split(at, "."), values.Get(at))
	}
	body, err := json.Marshal(whole)
	if err != nil {
		panic(err) // texts in maps and lists
	}
	return string(body)
}

// placed is a document with a text at a place.
func placed(whole any, at []string, text string) any {
	if len(at) == 0 {
		if _, number := whole.(float64); number && json.Valid([]byte(text)) {
			return json.RawMessage(text)
		}
		return text
	}
	switch v := whole.(type) {
	case []any:
		if i, err := strconv.Atoi(at[0]); err == nil && i < len(v) {
			v[i] = placed(v[i], at[1:], text)
		}
	case map[string]any:
		v[at[0]] = placed(v[at[0]], at[1:], text)
	}
	return whole
}
