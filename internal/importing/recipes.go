package importing

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"craftplan/internal/catalog"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/inventory"
	"craftplan/internal/quantity"
	"craftplan/internal/store"
)

// A recipe is several rows, and what one may contain depends on the others of the file. So the file is taken in at once, in an order in
// which the products in a product come before it; trying it does the same and rolls it back.

var recipes = &Kind{
	Name: "recipes", Label: "Recipes", About: "What goes into your products: a row for each line. All rows of a product become one version.", Whole: 3000, Limit: 3000, together: true,
	Fields: []Field{
		{Name: "product", Label: "Product SKU", Needed: true, Also: []string{"product", "recipe", "parent", "parent sku", "finished good"}, Hint: "Of a product that is there. Empty: that of the row above.", Examples: [2]string{"BREAD-RYE", ""}},
		{Name: "component", Label: "Component SKU", Needed: true, Also: []string{"sku", "component", "ingredient", "ingredient sku", "material", "material sku", "item"}, Hint: "Of a material, or of a product within this one.", Examples: [2]string{"FLOUR-T65", "SALT"}},
		{Name: "kind", Label: "Kind", Also: []string{"component kind", "component type", "type"}, Hint: "material or product, where both have the SKU.", Examples: [2]string{"", ""}},
		{Name: "quantity", Label: "Quantity", Needed: true, Also: []string{"qty", "amount"}, Hint: "For all that the recipe makes.", Examples: [2]string{"1.2", "24"}},
		{Name: "unit", Label: "Unit", Also: []string{"uom", "units"}, Hint: "Of the quantity.", Examples: [2]string{"kg", "g"}},
		{Name: "waste", Label: "Waste %", Also: []string{"waste", "scrap", "scrap %", "wastage"}, Hint: "On top of the quantity.", Examples: [2]string{"2", ""}},
		{Name: "note", Label: "Note", Also: []string{"line note", "remark", "comment"}, Hint: "Of the line, for whoever weighs it.", Examples: [2]string{"sifted", ""}},
		{Name: "yield", Label: "Makes", Also: []string{"yield", "pieces", "makes pieces", "batch size"}, Hint: "Pieces; in one row of a product. Needed for its first recipe.", Examples: [2]string{"3", ""}},
		{Name: "loss", Label: "Lost %", Also: []string{"loss", "process loss", "lost"}, Hint: "Of what it makes; in one row of a product.", Examples: [2]string{"", ""}},
		{Name: "step", Label: "Labor step", Also: []string{"step", "labor", "labour", "work", "operation"}, Hint: "In a row with a component, or without one.", Examples: [2]string{"Knead", "Bake"}},
		{Name: "minutes", Label: "Minutes", Also: []string{"duration", "duration minutes"}, Hint: "Of one run of the step.", Examples: [2]string{"15", "40"}},
		{Name: "per_run", Label: "Pieces per run", Also: []string{"units per run", "run size"}, Hint: "What the recipe makes when empty.", Examples: [2]string{"", ""}},
		{Name: "notes", Label: "Method", Also: []string{"notes", "instructions", "process notes"}, Hint: "In one row of a product.", Examples: [2]string{"", ""}},
		{Name: "becomes", Label: "Becomes", Also: []string{"status", "publish"}, Hint: "active or draft, in one row of a product. Active when empty.", Examples: [2]string{"active", ""}},
	},
	take: takeRecipes, undo: undoRecipes,
}

// group is all rows of one product.
type group struct {
	product catalog.Product
	lines   []*line
	now     *catalog.Recipe // the active version; nil is none
	draft   bool
	recipe  catalog.Recipe // as the rows say it
	fields  []*line        // the line that each component came from
	steps   []*line        // and each step
	deed    deed
	action  Action
}

// wrong tells whether something is wrong with any of the rows.
func (g *group) wrong() bool {
	return slices.ContainsFunc(g.lines, func(l *line) bool { return len(l.problems) > 0 })
}

// takeRecipes publishes or drafts the recipe of each product. It writes even when the batch is only tried: who tries rolls back.
func takeRecipes(ctx context.Context, tx *store.Tx, b *batch) ([]Outcome, error) {
	lines := b.lines()
	groups, err := groupsOf(ctx, tx, lines)
	if err != nil {
		return nil, err
	}
	shelf, err := readComponents(ctx, tx, lines)
	if err != nil {
		return nil, err
	}
	for _, g := range groups {
		if !g.wrong() {
			g.read(shelf)
		}
	}
	if err := publishAll(ctx, tx, inOrder(groups)); err != nil {
		return nil, err
	}
	of := map[*line]*group{}
	for _, g := range groups {
		for _, l := range g.lines {
			of[l] = g
		}
	}
	outcomes := make([]Outcome, len(lines))
	for i, l := range lines {
		g := of[l]
		switch {
		case g == nil || g.wrong():
			outcomes[i] = l.refused()
		case l == g.lines[0]:
			outcomes[i] = Outcome{Row: l.Number, Action: g.action, deed: g.deed}
		default: // the deed is the first row's
			outcomes[i] = Outcome{Row: l.Number, Action: g.action}
		}
	}
	return outcomes, nil
}

// groupsOf puts the rows of each product together. Rows without a product belong to that of the row above.
func groupsOf(ctx context.Context, tx *store.Tx, lines []*line) (groups []*group, err error) {
	known, err := catalog.BySKU(ctx, tx, texts(lines, "product"))
	if err != nil {
		return nil, err
	}
	began := map[string]int{} // the row in which a product's first stands
	var open *group
	for _, l := range lines {
		sku := l.text("product")
		switch product, there := known[sku]; {
		case sku == "" && open == nil:
			l.wrong("product", "Say which product the row belongs to.")
		case open != nil && (sku == "" || sku == open.product.SKU):
			open.lines = append(open.lines, l)
		case !there:
			l.wrong("product", fmt.Sprintf("There is no product “%s”. Import products first.", sku))
			open = nil
		case began[sku] > 0:
			l.wrong("product", fmt.Sprintf("The rows of a product stand together. Those of “%s” began in row %d.", sku, began[sku]))
			open = nil
		default:
			began[sku] = l.Number
			open = &group{product: product, lines: []*line{l}}
			if open.now, err = catalog.GetRecipe(ctx, tx, product.ID, 0); err != nil {
				return nil, err
			}
			groups = append(groups, open)
		}
	}
	return groups, nil
}

// components are what rows may name.
type components struct {
	materials map[string]inventory.Material
	products  map[string]catalog.Product
}

func readComponents(ctx context.Context, tx *store.Tx, lines []*line) (c components, err error) {
	if c.materials, err = inventory.BySKU(ctx, tx, texts(lines, "component")); err == nil {
		c.products, err = catalog.BySKU(ctx, tx, texts(lines, "component"))
	}
	return c, err
}

// read is the recipe that the rows of the product say. What no row says stays as it is in the active version.
func (g *group) read(shelf components) {
	if g.now != nil {
		g.recipe.Yield, g.recipe.Loss, g.recipe.Notes = g.now.Yield, g.now.Loss, g.now.Notes
	}
	for _, l := range g.lines {
		if l.said("yield") {
			n, _ := l.number("yield")
			g.recipe.Yield = quantity.Quantity(n)
		}
		if l.said("loss") {
			g.recipe.Loss = l.percent("loss")
		}
		set(l, "notes", &g.recipe.Notes)
		switch strings.ToLower(l.text("becomes")) {
		case "", "active", "published":
		case "draft":
			g.draft = true
		default:
			l.wrong("becomes", "Say active or draft, or nothing.")
		}
	}
	if g.recipe.Yield <= 0 && !g.wrong() {
		g.lines[0].wrong("yield", "Say how many pieces the recipe makes.")
	}
	for _, l := range g.lines {
		if l.said("component") {
			g.readComponent(l, shelf)
		}
		if l.said("step") {
			g.readStep(l)
		}
		if !l.said("component") && !l.said("step") {
			l.wrong("component", "Name a component, a labor step or both.")
		}
	}
	if _, has := g.lines[0].columns["step"]; !has && g.now != nil {
		g.recipe.Steps = g.now.Steps
	}
}

// percent reads a percentage into millionths.
func (l *line) percent(field string) int64 {
	n, ok := l.numberOf(field, strings.TrimSuffix(l.text(field), "%"))
	if ok && n%100 != 0 {
		l.wrong(field, "Use at most four decimals.")
	}
	return n / 100
}

func (g *group) readComponent(l *line, shelf components) {
	sku := l.text("component")
	material, isMaterial := shelf.materials[sku]
	product, isProduct := shelf.products[sku]
	switch kind := strings.ToLower(l.text("kind")); kind {
	case "material":
		isProduct = false
	case "product":
		isMaterial = false
	case "":
	default:
		l.wrong("kind", "Say material or product, or nothing.")
	}
	c := catalog.Component{Nested: isProduct, Option: inventory.Option{ID: product.ID, Name: product.Name, SKU: sku, Unit: quantity.Piece}}
	measure := quantity.Measure{Unit: quantity.Piece}
	switch {
	case isMaterial && isProduct:
		l.wrong("component", "A material and a product have this SKU. Say which in a column Kind.")
		return
	case isMaterial && material.ArchivedAt != nil:
		l.wrong("component", fmt.Sprintf("“%s” is archived. Restore it first.", sku))
		return
	case isMaterial:
		c.Option, measure = inventory.Option{ID: material.ID, Name: material.Name, SKU: sku, Unit: material.Unit}, material.Measure()
	case !isProduct:
		l.wrong("component", fmt.Sprintf("There is no material or product “%s”.", sku))
		return
	}
	c.Quantity, _ = l.quantity("quantity", measure)
	c.Note = l.text("note")
	if _, has := l.columns["note"]; !has {
		c.Note = g.was(c).Note
	}
	if l.said("waste") {
		c.Waste = l.percent("waste")
	} else if _, has := l.columns["waste"]; !has {
		c.Waste = g.was(c).Waste
	}
	g.recipe.Components, g.fields = append(g.recipe.Components, c), append(g.fields, l)
}

// was is the line of the active version that takes the same; none is zero.
func (g *group) was(c catalog.Component) (found catalog.Component) {
	if g.now != nil {
		for _, was := range g.now.Components {
			if was.ID == c.ID {
				found = was
			}
		}
	}
	return found
}

// readStep is the work that a row says. A step that is there by this name keeps its hourly rate.
func (g *group) readStep(l *line) {
	s := catalog.Step{Name: l.text("step"), UnitsPerRun: g.recipe.Yield}
	if l.said("minutes") {
		n, _ := l.number("minutes")
		s.Minutes = quantity.Quantity(n)
	}
	if l.said("per_run") {
		n, _ := l.number("per_run")
		s.UnitsPerRun = quantity.Quantity(n)
	}
	if g.now != nil {
		for _, was := range g.now.Steps {
			if was.Name == s.Name {
				s.HourlyRate = was.HourlyRate
			}
		}
	}
	g.recipe.Steps, g.steps = append(g.recipe.Steps, s), append(g.steps, l)
}

// inOrder are the products with nothing wrong, those in a product before it. Where the file leads in a circle, the line that closes it is
// told the way.
func inOrder(groups []*group) (order []*group) {
	of := map[id.ID]*group{}
	for _, g := range groups {
		of[g.product.ID] = g
	}
	done, way := map[*group]bool{}, []*group{}
	var visit func(*group)
	visit = func(g *group) {
		way = append(way, g)
		for i, c := range g.recipe.Components {
			inner := of[c.ID]
			if at := slices.Index(way, inner); inner != nil && at >= 0 {
				g.fields[i].wrong("component", circle(way[at:]))
				continue
			}
			if inner != nil && !done[inner] {
				visit(inner)
			}
		}
		way = way[:len(way)-1]
		done[g] = true
		order = append(order, g)
	}
	for _, g := range groups {
		if !done[g] {
			visit(g)
		}
	}
	return order
}

// circle says how a product comes to be part of itself: Croissant > Dough > Croissant.
func circle(way []*group) string {
	c := catalog.Cycle{}
	for _, g := range append(way, way[0]) {
		c.Path = append(c.Path, catalog.Ref{ID: g.product.ID, Name: g.product.Name, SKU: g.product.SKU})
	}
	return c.Error()
}

// publishAll publishes as long as any more can be: a recipe may have to wait for another that takes something out of a third.
func publishAll(ctx context.Context, tx *store.Tx, waiting []*group) error {
	waiting = slices.DeleteFunc(waiting, (*group).wrong)
	for before := -1; len(waiting) > 0 && len(waiting) != before; {
		before = len(waiting)
		var refused []*group
		for _, g := range waiting {
			for _, l := range g.lines {
				l.problems = nil // of the last time
			}
			if err := g.take(ctx, tx); err != nil {
				return err
			}
			if g.wrong() {
				refused = append(refused, g)
			}
		}
		waiting = refused
	}
	return nil
}

// before and after of a recipe that was imported, for who undoes it.
type recipeBefore struct {
	Version int64             `json:"version"` // that was active; 0 is none
	Draft   map[string]string `json:"draft,omitempty"`
}

type recipeAfter struct {
	Recipe *id.ID            `json:"recipe,omitempty"` // what was published
	Draft  map[string]string `json:"draft,omitempty"`  // or drafted
}

// take publishes the recipe of a product, or keeps it as the draft.
func (g *group) take(ctx context.Context, tx *store.Tx) error {
	draft, err := catalog.DraftOf(ctx, tx, g.product.ID)
	if err != nil {
		return err
	}
	var before recipeBefore
	var after recipeAfter
	g.action = Created
	if g.now != nil {
		before.Version, g.action = g.now.Version, Updated
	}
	if draft != nil {
		before.Draft = draft.Fields
	}
	in := g.recipe.Input()
	switch {
	case g.draft:
		if err := in.Validate(); err != nil {
			return g.faulty(err)
		}
		after.Draft = g.recipe.Fields(tx.Context().Currency)
		if g.now != nil {
			after.Draft["replaces"] = strconv.FormatInt(g.now.Version, 10)
		}
		maps.DeleteFunc(after.Draft, func(_, value string) bool { return value == "" })
		if draft != nil && maps.Equal(draft.Fields, after.Draft) {
			g.action = Unchanged
			return nil
		}
		err = catalog.SaveDraft(ctx, tx, g.product.ID, after.Draft)
	case g.now != nil && g.same():
		g.action = Unchanged
		return nil
	default:
		var made catalog.Recipe
		made, err = catalog.Publish(ctx, tx, g.product.ID, in)
		after.Recipe = &made.ID
	}
	if err != nil {
		return g.faulty(err)
	}
	was, err := json.Marshal(before)
	if err != nil {
		return err
	}
	is, err := json.Marshal(after)
	g.deed = deed{Action: g.action, ID: g.product.ID, SKU: g.product.SKU, Name: g.product.Name, Was: string(was), Is: string(is), Rows: int64(len(g.lines))}
	return err
}

// same tells whether the rows say what the active version says already.
func (g *group) same() bool {
	now := g.now.Fields("")
	return maps.Equal(now, g.recipe.Fields(""))
}

// faulty notes what is wrong with a recipe beside the row it comes from, and gives back what is no fault of the rows.
func (g *group) faulty(err error) error {
	if change := new(catalog.AllergenChange); errors.As(err, &change) {
		g.lines[0].wrong("", "This changes the allergens on labels. "+change.Error()+" Import it as a draft, and publish that on the product's page.")
		return nil
	}
	if !fault.Is(err, fault.KindInvalid) {
		return g.lines[0].faulty(err, nil)
	}
	ours := map[string]string{"item": "component", "name": "step", "units": "per_run"}
	for _, f := range fault.FieldsOf(err) {
		l, name := g.lines[0], f.Name
		if parts := strings.Split(f.Name, "."); len(parts) == 3 {
			n, _ := strconv.Atoi(parts[1]) // of the input that was made of the lines
			from := g.fields
			if parts[0] == "steps" {
				from = g.steps
			}
			if name = parts[2]; n < len(from) {
				l = from[n]
			}
			if own, ok := ours[name]; ok {
				name = own
			}
		}
		l.wrong(name, f.Message)
	}
	return nil
}

// undoRecipes makes the version before the active one again, as another version, or withdraws the only one; a draft becomes what it was.
// What is part of another product waits for that one.
func undoRecipes(ctx context.Context, tx *store.Tx, deeds []deed) ([]string, error) {
	reasons := make([]string, len(deeds))
	waiting := make([]int, len(deeds))
	for i := range deeds {
		waiting[i] = i
	}
	for before := -1; len(waiting) > 0 && len(waiting) != before; {
		before = len(waiting)
		var refused []int
		for _, i := range waiting {
			reason, err := refusal("", undoRecipe(ctx, tx, deeds[i]))
			if err != nil {
				return nil, err
			}
			if reasons[i] = reason; reason != "" {
				refused = append(refused, i)
			}
		}
		waiting = refused
	}
	return reasons, nil
}

func undoRecipe(ctx context.Context, tx *store.Tx, d deed) error {
	var was recipeBefore
	var is recipeAfter
	if err := errors.Join(json.Unmarshal([]byte(d.Was), &was), json.Unmarshal([]byte(d.Is), &is)); err != nil {
		return err
	}
	if is.Recipe == nil {
		return undoDraft(ctx, tx, d.ID, was.Draft, is.Draft)
	}
	active, err := catalog.GetRecipe(ctx, tx, d.ID, 0)
	if err != nil {
		return err
	}
	if active == nil || active.ID != *is.Recipe {
		return fault.Conflict(changed)
	}
	if was.Version == 0 {
		err = catalog.Withdraw(ctx, tx, d.ID, *is.Recipe)
	} else {
		err = publishAgain(ctx, tx, d.ID, was.Version)
	}
	if err != nil || was.Draft == nil {
		return err
	}
	return undoDraft(ctx, tx, d.ID, was.Draft, nil)
}

// publishAgain publishes an earlier version once more, with the allergens that it had: whoever undoes means that.
func publishAgain(ctx context.Context, tx *store.Tx, product id.ID, version int64) error {
	former, err := catalog.GetRecipe(ctx, tx, product, version)
	if err != nil {
		return err
	}
	in := former.Input()
	_, err = catalog.Publish(ctx, tx, product, in)
	if change := new(catalog.AllergenChange); errors.As(err, &change) {
		in.Allergens = change.Key()
		_, err = catalog.Publish(ctx, tx, product, in)
	}
	return err
}

// undoDraft gives a product the draft back that it had, unless somebody wrote on since.
func undoDraft(ctx context.Context, tx *store.Tx, product id.ID, was, is map[string]string) error {
	now, err := catalog.DraftOf(ctx, tx, product)
	if err != nil {
		return err
	}
	if now == nil && len(is) > 0 || now != nil && !maps.Equal(now.Fields, is) {
		return fault.Conflict(changed)
	}
	if len(was) == 0 {
		return catalog.DiscardDraft(ctx, tx, product)
	}
	return catalog.SaveDraft(ctx, tx, product, was)
}
