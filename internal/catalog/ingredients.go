package catalog

import (
	"math/big"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"craftplan/internal/exact"
	"craftplan/internal/id"
	"craftplan/internal/inventory"
	"craftplan/internal/quantity"
	"craftplan/internal/search"
)

// Ingredient is a line of an ingredient list: a material, or a product with ingredients of its own.
type Ingredient struct {
	ID       id.ID
	Name     string
	Own      string              // ingredients of a bought compound, as its label lists them
	Parts    []Ingredient        // ingredients of a product
	Contains []inventory.Present // allergens of a material
	Grams    *big.Rat            // in one piece, when it is used; nil is not known
	Percent  string              // of the product, where the label tells it
	water    bool
	nested   bool
}

// Ingredients is a list with what it leaves out and cannot know.
type Ingredients struct {
	List      []Ingredient
	Unweighed []Ingredient // stand last, because nobody knows their weight
	Water     *big.Rat     // grams of added water that are left in a piece, where the list leaves it out
}

// A list of the European Union names ingredients by descending weight as it was when they were used (Regulation (EU) No 1169/2011,
// Article 18(1)). Added water counts by what is left of it: the finished weight less all other ingredients; up to 5 % of the finished
// weight it is left out (Annex VII, part A, point 1). The shares of highlighted ingredients are told of the finished weight where
// moisture was lost, and by weight for 100 g where that would be more than 100 % (Annex VIII, points 3 and 4).

// Ingredients are the list of the product.
func (f Food) Ingredients() Ingredients {
	one := big.NewRat(1, 1)
	all := f.listed(f.recipe, one, f.weighs(one))
	in, _ := f.GoesIn()
	of := in
	if finished := f.weighs(one); finished != nil && in != nil && finished.Cmp(in) < 0 {
		of = finished
	}
	for i, in := range all.List {
		if slices.Contains(f.Highlighted, in.ID) && in.Grams != nil && of != nil && of.Sign() > 0 {
			all.List[i].Percent = percentOf(in.Grams, of)
		}
	}
	return all
}

// percentOf is how much of the whole an ingredient is, rounded half up to whole percent.
func percentOf(grams, of *big.Rat) string {
	n, err := exact.Times(100, new(big.Rat).Quo(grams, of), exact.HalfUp)
	switch {
	case err != nil:
		return "?"
	case n > 100:
		return strconv.FormatInt(n, 10) + " g per 100 g"
	}
	return strconv.FormatInt(n, 10) + "%"
}

// weighs is the finished weight of so many pieces, in grams; nil where it is not known.
func (d Declaration) weighs(pieces *big.Rat) *big.Rat {
	if d.Net == 0 || d.Unit != quantity.Gram {
		return nil
	}
	return new(big.Rat).Mul(pieces, exact.Fraction(int64(d.Net), quantity.Micro))
}

// level is a list as it is gathered: materials and products, each once.
type level struct {
	list   []Ingredient
	pieces map[id.ID]*big.Rat // of the products in it
}

// gather adds what so many pieces of a recipe take: merged products as their ingredients.
func (f Food) gather(l *level, r *Recipe, pieces *big.Rat) {
	for _, c := range r.Components {
		taken := new(big.Rat).Mul(pieces, exact.Fraction(int64(c.Quantity), int64(r.Yield)))
		recipe := f.book[c.ID]
		switch {
		case !c.Nested && f.Foods[c.ID].Packaging:
		case !c.Nested:
			l.add(f.material(c.Option, taken))
		case recipe != nil && f.within[c.ID].Merged:
			f.gather(l, recipe, taken)
		case l.pieces[c.ID] != nil:
			l.pieces[c.ID].Add(l.pieces[c.ID], taken)
		default:
			l.pieces[c.ID] = taken
			l.list = append(l.list, Ingredient{ID: c.ID, Name: c.Name, nested: true})
		}
	}
}

// add adds a material, to the same one when it is there, or to one that labels call the same.
func (l *level) add(in Ingredient) {
	at := slices.IndexFunc(l.list, in.same)
	if at < 0 {
		l.list = append(l.list, in)
		return
	}
	to := &l.list[at]
	for _, a := range in.Contains {
		there := func(b inventory.Present) bool { return b.ID == a.ID && b.Named() == a.Named() }
		if !slices.ContainsFunc(to.Contains, there) {
			to.Contains = append(slices.Clip(to.Contains), a)
		}
	}
	if to.Grams == nil || in.Grams == nil {
		to.Grams = nil
		return
	}
	to.Grams = new(big.Rat).Add(to.Grams, in.Grams)
}

// same tells whether two materials are one on labels.
func (in Ingredient) same(other Ingredient) bool {
	called := !other.nested && search.Fold(other.Name) == search.Fold(in.Name) && other.Own == in.Own && other.water == in.water
	return other.ID == in.ID || called
}

// listed is what so many pieces of a recipe are made of, heaviest first; finished is what they weigh, nil when it is not known.
func (f Food) listed(r *Recipe, pieces, finished *big.Rat) Ingredients {
	l := level{pieces: map[id.ID]*big.Rat{}}
	f.gather(&l, r, pieces)
	for i, in := range l.list {
		if in.nested {
			l.list[i] = f.compound(in, l.pieces[in.ID])
		}
	}
	return sorted(l.list, finished)
}

func (f Food) material(m inventory.Option, taken *big.Rat) Ingredient {
	food := f.Foods[m.ID]
	in := Ingredient{ID: m.ID, Name: food.Name, Own: food.Ingredients, Grams: food.Grams(taken), water: food.Water}
	if in.Name == "" {
		in.Name = m.Name
	}
	for _, a := range food.Allergens {
		if !a.Traces {
			in.Contains = append(in.Contains, a)
		}
	}
	return in
}

// compound is a product within, with its ingredients.
func (f Food) compound(in Ingredient, pieces *big.Rat) Ingredient {
	d := f.within[in.ID]
	if d.FoodName != "" {
		in.Name = d.FoodName
	}
	in.Grams = d.weighs(pieces)
	if recipe := f.book[in.ID]; recipe != nil {
		in.Parts = f.listed(recipe, pieces, in.Grams).List
		if in.Grams == nil {
			in.Grams = weightOf(in.Parts)
		}
	}
	return in
}

// sorted puts the heaviest first. Of added water it counts what is left.
func sorted(list []Ingredient, finished *big.Rat) (all Ingredients) {
	left := func(in Ingredient) bool { return in.water }
	if water := slices.IndexFunc(list, left); water >= 0 && finished != nil {
		others := weightOf(slices.DeleteFunc(slices.Clone(list), left))
		if others != nil {
			rest := new(big.Rat).Sub(finished, others)
			if rest.Sign() < 0 {
				rest = new(big.Rat)
			}
			list[water].Grams = rest
			if new(big.Rat).Mul(rest, big.NewRat(20, 1)).Cmp(finished) <= 0 {
				all.Water, list = rest, slices.Delete(list, water, water+1)
			}
		}
	}
	slices.SortStableFunc(list, func(a, b Ingredient) int {
		switch {
		case a.Grams == nil && b.Grams == nil:
			return 0
		case a.Grams == nil:
			return 1
		case b.Grams == nil:
			return -1
		}
		return b.Grams.Cmp(a.Grams)
	})
	for _, in := range list {
		if in.Grams == nil {
			all.Unweighed = append(all.Unweighed, in)
		}
	}
	all.List = list
	return all
}

// weightOf is what ingredients weigh together; nil when that of one is not known.
func weightOf(list []Ingredient) *big.Rat {
	sum := new(big.Rat)
	for _, in := range list {
		if in.Grams == nil {
			return nil
		}
		sum.Add(sum, in.Grams)
	}
	return sum
}

// Run is a piece of text that is emphasised, or is not.
type Run struct {
	Text   string
	Strong bool
}

// Runs are the list as labels print it, in one sentence without its full stop; the names of allergens are emphasised.
func (in Ingredients) Runs() []Run {
	var w runs
	w.list(in.List)
	return w.all
}

// Plain is the list without markup: what is emphasised stands in capitals.
func (in Ingredients) Plain() string {
	var b strings.Builder
	for _, r := range in.Runs() {
		if r.Strong {
			r.Text = strings.ToUpper(r.Text)
		}
		b.WriteString(r.Text)
	}
	return b.String()
}

type runs struct{ all []Run }

func (w *runs) add(text string, strong bool) {
	if last := len(w.all) - 1; last >= 0 && w.all[last].Strong == strong {
		w.all[last].Text += text
	} else if text != "" {
		w.all = append(w.all, Run{text, strong})
	}
}

func (w *runs) list(list []Ingredient) {
	for i, in := range list {
		if i > 0 {
			w.add(", ", false)
		}
		w.one(in)
	}
}

// one writes an ingredient: its name, its share, and in parentheses what it is made of. An allergen that neither of them names follows
// by itself.
func (w *runs) one(in Ingredient) {
	var terms []string
	for _, p := range in.Contains {
		terms = append(terms, names(p.Named())...)
	}
	found := make([]bool, len(terms))
	w.marked(in.Name, terms, found)
	if in.Percent != "" {
		w.add(" "+in.Percent, false)
	}
	if in.Own != "" {
		w.add(" (", false)
		w.marked(in.Own, terms, found)
		w.add(")", false)
	}
	if len(in.Parts) > 0 {
		w.add(" (", false)
		w.list(in.Parts)
		w.add(")", false)
	}
	open := false
	for i, term := range terms {
		if found[i] {
			continue
		}
		w.add(map[bool]string{true: ", ", false: " ("}[open], false)
		w.add(term, true)
		open = true
	}
	if open {
		w.add(")", false)
	}
}

// marked writes a text with the terms in it emphasised, and notes which were found.
func (w *runs) marked(text string, terms []string, found []bool) {
	for text != "" {
		from, to := len(text), len(text)
		for i, term := range terms {
			a, b := find(text, term)
			if a < 0 {
				continue
			}
			found[i] = true
			if a < from || a == from && b > to {
				from, to = a, b
			}
		}
		w.add(text[:from], false)
		w.add(text[from:to], true)
		text = text[to:]
	}
}

// find is where a text names a term, in the singular or the plural: a word, or the beginning of one, since languages put words together.
// Short terms are words by themselves: eggplant names no egg. It is -1 where it does not.
func find(text, term string) (from, to int) {
	stem, lower := strings.ToLower(strings.TrimSuffix(term, "s")), strings.ToLower(text)
	if len(lower) != len(text) { // a letter that is longer in the other case
		lower = text
	}
	for at := 0; stem != ""; {
		i := strings.Index(lower[at:], stem)
		if i < 0 {
			break
		}
		from, to, at = at+i, at+i+len(stem), at+i+len(stem)
		if letterBefore(text, from) {
			continue
		}
		for _, plural := range []string{"es", "s", ""} {
			end := to + len(plural)
			if strings.HasPrefix(lower[to:], plural) && !letterAfter(text, end) {
				return from, end
			}
		}
		if utf8.RuneCountInString(stem) > shortTerm {
			return from, to
		}
	}
	return -1, -1
}

const shortTerm = 3

func letterBefore(text string, at int) bool {
	r, _ := utf8.DecodeLastRuneInString(text[:at])
	return unicode.IsLetter(r)
}

func letterAfter(text string, at int) bool {
	r, _ := utf8.DecodeRuneInString(text[at:])
	return unicode.IsLetter(r)
}

// names are the words of "wheat, rye" one by one.
func names(called string) (all []string) {
	for _, name := range strings.Split(called, ",") {
		if name = strings.TrimSpace(name); name != "" {
			all = append(all, name)
		}
	}
	return all
}
