package isolation

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"craftplan/internal/httpkit"
	"craftplan/internal/id"
	"craftplan/internal/orders"
)

// Kind is what a reference names. Its values are read from the database, so that those of new rows are there too.
type Kind struct {
	// Query reads the values of an organization, whose id is $1. Within another reference, that is $2.
	Query  string
	Within string // the hole of the other reference
	// Fixed are the values when they are nobody's, such as the names of statuses.
	Fixed []string
	// Mailed are tokens that were mailed: whoever has one may use it.
	Mailed bool
	// Nobody's is a kind whose values only the operator may use; Query asks for no organization.
	Nobodys bool
	// Personal are values of one person, whose id is $1.
	Personal bool
}

// kinds are all that a path, a query or a form may name. A kind without a value of A's and, where it is somebody's, one that only
// B has, fails the build.
var kinds = map[string]Kind{
	"customer":        {Query: `SELECT reference FROM customers WHERE CAST(organization_id AS text) = $1 ORDER BY 1`},
	"order":           {Query: `SELECT reference FROM orders WHERE CAST(organization_id AS text) = $1 ORDER BY 1`},
	"batch":           {Query: `SELECT code FROM batches WHERE CAST(organization_id AS text) = $1 ORDER BY 1`},
	"allergen":        {Query: `SELECT id FROM allergens WHERE CAST(organization_id AS text) = $1 AND code = '' ORDER BY name`},
	"nutrient":        {Query: `SELECT id FROM nutrients WHERE CAST(organization_id AS text) = $1 AND code = '' ORDER BY name`},
	"completed batch": {Query: `SELECT code FROM batches WHERE CAST(organization_id AS text) = $1 AND status = 'completed' ORDER BY 1`},
	"material":        {Query: `SELECT sku FROM materials WHERE CAST(organization_id AS text) = $1 ORDER BY 1`},
	"material id":     {Query: `SELECT id FROM materials WHERE CAST(organization_id AS text) = $1 ORDER BY sku`},
	"product":         {Query: `SELECT sku FROM products WHERE CAST(organization_id AS text) = $1 ORDER BY 1`},
	"product id":      {Query: `SELECT id FROM products WHERE CAST(organization_id AS text) = $1 ORDER BY sku`},
	"member":          {Query: `SELECT user_id FROM memberships WHERE CAST(organization_id AS text) = $1 AND status <> 'removed' ORDER BY role, status, user_id`},
	"invitation":      {Query: `SELECT id FROM invitations WHERE CAST(organization_id AS text) = $1 ORDER BY email, id`},
	"lot":             {Query: `SELECT code FROM lots WHERE CAST(organization_id AS text) = $1 ORDER BY 1`},
	"movement":        {Query: `SELECT m.id FROM movements m JOIN lots l ON l.organization_id = m.organization_id AND l.id = m.lot_id WHERE CAST(m.organization_id AS text) = $1 AND l.code = $2 ORDER BY m.id`, Within: "lot"},
	"import":          {Query: `SELECT id FROM imports WHERE CAST(organization_id AS text) = $1 ORDER BY created_at, id`},
	"archive":         {Query: `SELECT id FROM takeouts WHERE CAST(organization_id AS text) = $1 ORDER BY created_at, id`},
	"key":             {Query: `SELECT id FROM api_keys WHERE CAST(organization_id AS text) = $1 ORDER BY name, id`},
	"passkey":         {Query: `SELECT id FROM passkeys WHERE CAST(user_id AS text) = $1 ORDER BY id`, Personal: true},
	"location":        {Query: `SELECT id FROM locations WHERE CAST(organization_id AS text) = $1 AND kind = 'place' ORDER BY name`},
	"transfer":        {Query: `SELECT reference FROM transfers WHERE CAST(organization_id AS text) = $1 ORDER BY 1`},
	"price list":      {Query: `SELECT id FROM price_lists WHERE CAST(organization_id AS text) = $1 ORDER BY name`},
	"customer group":  {Query: `SELECT id FROM customer_groups WHERE CAST(organization_id AS text) = $1 ORDER BY name`},
	"count":           {Query: `SELECT reference FROM counts WHERE CAST(organization_id AS text) = $1 ORDER BY 1`},
	"line":            {Query: `SELECT 'line-' || l.position FROM count_lines l JOIN counts c ON c.organization_id = l.organization_id AND c.id = l.count_id WHERE CAST(l.organization_id AS text) = $1 AND c.reference = $2 ORDER BY 1`, Within: "count"},
	"container":       {Query: `SELECT id FROM containers WHERE CAST(organization_id AS text) = $1 ORDER BY name`},
	"version":         {Query: `SELECT r.version FROM recipes r JOIN products p ON p.organization_id = r.organization_id AND p.id = r.product_id WHERE CAST(r.organization_id AS text) = $1 AND p.sku = $2 ORDER BY 1`, Within: "sku"},
	"photo":           {Query: `SELECT f.id FROM product_photos f JOIN products p ON p.organization_id = f.organization_id AND p.id = f.product_id WHERE CAST(f.organization_id AS text) = $1 AND p.sku = $2 ORDER BY f.id`, Within: "sku"},
	"organization":    {Query: `SELECT o.slug FROM memberships m JOIN organizations o ON o.id = m.organization_id WHERE CAST(m.user_id AS text) = $1 AND m.status = 'active'`, Personal: true},
	"status":          {Fixed: statuses()},
	"session":         {Query: `SELECT token_hash FROM sessions WHERE CAST(user_id AS text) = $1 ORDER BY created_at, device, token_hash`, Personal: true},
	"kept mail":       {Query: `SELECT id FROM mailbox ORDER BY id`, Nobodys: true},
	"invitation link": {Mailed: true},
	"password link":   {Mailed: true},
	"sign-up link":    {Mailed: true},
	"address link":    {Mailed: true},
	"connection link": {Mailed: true},
	"digest link":     {Mailed: true},
}

// holeKinds are the kinds of the holes in patterns, by the word before the hole and its name.
var holeKinds = map[string]string{
	"customers/reference":    "customer",
	"orders/reference":       "order",
	"batches/code":           "batch",
	"batches/code/cost":      "completed batch", // others have none
	"materials/sku":          "material",
	"products/sku":           "product",
	"lots/lot":               "lot",
	"movements/movement":     "movement",
	"allergens/allergen":     "allergen",
	"nutrients/nutrient":     "nutrient",
	"locations/location":     "location",
	"lists/list":             "price list",
	"groups/group":           "customer group",
	"transfers/transfer":     "transfer",
	"counts/count":           "count",
	"lines/line":             "line",
	"containers/container":   "container",
	"versions/version":       "version",
	"photos/photo":           "photo",
	"members/user":           "member",
	"invitations/invitation": "invitation",
	"statuses/status":        "status",
	"sessions/session":       "session",
	"imports/import":         "import",
	"export/takeout":         "archive",
	"keys/key":               "key",
	"passkeys/passkey":       "passkey",
	"support/helped":         "organization",
	"mailbox/mail":           "kept mail",
	"invitations/token":      "invitation link",
	"password/token":         "password link",
	"confirmation/token":     "sign-up link",
	"email/token":            "address link",
	"connection/token":       "connection link",
	"digests/token":          "digest link",
}

func statuses() (all []string) {
	for _, s := range orders.Statuses {
		all = append(all, string(s))
	}
	return all
}

// values of a kind: those of an organization, or of a person. Others are the values so far of the path's other holes.
func (w *World) values(ctx context.Context, name string, of Workshop, actor *Actor, others map[string]string) ([]string, error) {
	k, ok := kinds[name]
	switch {
	case !ok:
		return nil, fmt.Errorf("no kind %q in kinds.go", name)
	case k.Fixed != nil:
		return k.Fixed, nil
	case k.Mailed && of.ID == w.A.ID:
		return w.Links[name], nil
	case k.Mailed:
		return w.Theirs[name], nil
	case k.Nobodys:
		return w.remembered(ctx, k.Query)
	case k.Personal:
		return w.remembered(ctx, k.Query, actor.User.String())
	case k.Within != "" && !httpkit.Readable(others[k.Within]):
		return nil, nil // no database holds it
	case k.Within != "":
		return w.remembered(ctx, k.Query, of.ID.String(), others[k.Within])
	}
	return w.remembered(ctx, k.Query, of.ID.String())
}

// remembered asks once what does not change while a world is brought back again and again.
func (w *World) remembered(ctx context.Context, query string, args ...any) ([]string, error) {
	key := fmt.Sprint(query, args)
	if values, ok := w.memory[key]; ok {
		return values, nil
	}
	values, err := w.Column(ctx, query, args...)
	w.memory[key] = values
	return values, err
}

// theirs are values that B has and A has not.
func (w *World) theirs(ctx context.Context, name string, others map[string]string) (only []string, err error) {
	k := kinds[name]
	if k.Fixed != nil || k.Nobodys || k.Mailed {
		return nil, nil
	}
	ours, err := w.values(ctx, name, w.A, w.Actors[Owner], others)
	if err != nil {
		return nil, err
	}
	within := others
	if k.Within != "" { // a thing of B's, within anything of B's
		within = nil
	}
	found, err := w.allOf(ctx, name, w.B, w.Actors[Colleague], within)
	for _, v := range found {
		if !slices.Contains(ours, v) {
			only = append(only, v)
		}
	}
	return only, err
}

// allOf are the values within whatever they may be within.
func (w *World) allOf(ctx context.Context, name string, of Workshop, actor *Actor, within map[string]string) (all []string, err error) {
	k := kinds[name]
	if k.Within == "" || within != nil {
		return w.values(ctx, name, of, actor, within)
	}
	outer := map[string]string{"movement": "lot", "version": "product", "photo": "product", "line": "count"}[name]
	things, err := w.values(ctx, outer, of, actor, nil)
	for _, thing := range things {
		inner, e := w.values(ctx, name, of, actor, map[string]string{k.Within: thing})
		if e != nil {
			return nil, e
		}
		all = append(all, inner...)
	}
	return all, err
}

// random is a reference like another, of the same length, that names nothing.
func random(like string, source *rand.Rand) string {
	if _, err := id.Parse(like); err == nil {
		return fmt.Sprintf("%s%012x", like[:24], source.Uint64()>>16)
	}
	text := []byte(like)
	for i, c := range text {
		switch {
		case c >= '0' && c <= '9':
			text[i] = '5' + byte(source.IntN(5))
		case c >= 'A' && c <= 'Z':
			text[i] = "QXZ"[source.IntN(3)]
		case c >= 'a' && c <= 'z':
			text[i] = "qxz"[source.IntN(3)]
		}
	}
	return string(text)
}

// malformed are what no reference looks like.
var malformed = []string{"\x00", "?", "a/b", "-1", "\xff\xfe", "'; DROP TABLE orders; --", "🥐", strings.Repeat("9", 300), "%2e%2e%2f", "{{.}}", " "}
