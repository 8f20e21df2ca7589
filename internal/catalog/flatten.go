package catalog

import (
	"context"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"craftplan/internal/authz"
	"craftplan/internal/exact"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/inventory"
	"craftplan/internal/money"
	"craftplan/internal/quantity"
	"craftplan/internal/store"
)

// Ref names a product.
type Ref struct {
	ID        id.ID
	Name, SKU string
}

// Flat is a recipe down to materials and work: what one piece takes, at every depth. Its quantities are exact fractions, which
// are rounded by who uses them, once.
type Flat struct {
	Parts   []Part
	Tasks   []Task
	Missing []Ref // products in it that have no active recipe, so that what they take is not known
}

// Part is a material, by one way that leads to it.
type Part struct {
	inventory.Option
	Line int   // the component of the recipe that it comes by
	Path []Ref // the products on the way, from the outermost; none for a material of the recipe itself
	Ways []Way // the lines on the way, from the outermost; the last is the material's own
	// Gross and Net are stock units for one piece: taken from stock, with the waste and the loss of every level, and what is in a
	// piece that comes out.
	Gross, Net *big.Rat
}

// Way is a line of a recipe on the way down.
type Way struct {
	Quantity quantity.Quantity // for the whole yield, before waste
	Unit     quantity.Unit
	Waste    int64
	Yield    quantity.Quantity // of the recipe whose line it is, before the loss
	Loss     int64
}

// Task is a step of work, by one way that leads to it.
type Task struct {
	Line       int   // the component of the recipe that it comes by; -1 for the recipe's own
	Path       []Ref // as of a Part: the last is whose step it is
	Ways       []Way // to the product whose step it is; none for the recipe's own
	Name       string
	Run        quantity.Quantity // the minutes of one run
	Units      quantity.Quantity // the pieces one run makes
	Loss       int64             // of the recipe whose step it is
	Minutes    *big.Rat          // for one piece
	HourlyRate *money.Amount     // nil is the organization's
}

// Total is a material of a Flat, by all ways together.
type Total struct {
	inventory.Option
	Gross, Net *big.Rat
}

// Materials adds up the parts by material, in the order in which they come first.
func (f Flat) Materials() []Total {
	var totals []Total
	at := map[id.ID]int{}
	for _, p := range f.Parts {
		i, ok := at[p.ID]
		if !ok {
			i = len(totals)
			at[p.ID], totals = i, append(totals, Total{p.Option, new(big.Rat), new(big.Rat)})
		}
		totals[i].Gross.Add(totals[i].Gross, p.Gross)
		totals[i].Net.Add(totals[i].Net, p.Net)
	}
	return totals
}

// Flatten is the active recipe of a product down to materials and work. A product without one is a NotFound fault.
func Flatten(ctx context.Context, tx *store.Tx, product id.ID) (Flat, error) {
	if err := tx.Require(authz.CatalogRead); err != nil {
		return Flat{}, err
	}
	book, err := open(ctx, tx, []id.ID{product})
	if err != nil {
		return Flat{}, err
	}
	r, ok := book[product]
	if !ok {
		return Flat{}, fault.NotFound("recipe")
	}
	flat, err := book.flatten(r)
	flat.withhold(tx)
	return flat, err
}

// withhold takes out what things cost, unless the transaction may know it.
func (f *Flat) withhold(tx *store.Tx) {
	for i := range f.Parts {
		f.Parts[i].Price = tx.Cost(f.Parts[i].Price)
	}
	for i := range f.Tasks {
		f.Tasks[i].HourlyRate = rateFor(tx, f.Tasks[i].HourlyRate)
	}
}

// rateFor is the own rate of a step; none for who sees no costs.
func rateFor(tx *store.Tx, own *money.Amount) *money.Amount {
	if tx.SeesCosts() {
		return own
	}
	return nil
}

// Cycle is the refusal of a recipe that leads back to its own product.
type Cycle struct {
	Line int   // the component that leads back
	Path []Ref // from the product to itself
}

// Error shows the way: Croissant > Dough > Croissant.
func (c *Cycle) Error() string {
	names := make([]string, len(c.Path))
	for i, r := range c.Path {
		names[i] = r.Name
	}
	return strings.Join(names, " > ") + ": a product cannot be part of itself."
}

// maxFlat bounds what a recipe goes down to: products within products can multiply without end.
const maxFlat = 10_000

var errTooLarge = fault.Conflict(fmt.Sprintf("Through the products in it, the recipe goes down to more than %d lines. Use fewer products within products.", maxFlat))

// book are active recipes by their product: those that a recipe leads to.
type book map[id.ID]*Recipe

// flatten walks down from a recipe of any status through the active recipes of the book.
func (b book) flatten(r *Recipe) (Flat, error) {
	w := walk{book: b, root: r.Product}
	err := w.down(r, way{gross: big.NewRat(1, 1), net: big.NewRat(1, 1)})
	return w.flat, err
}

type walk struct {
	book    book
	root    Ref
	line    int // of the root's component that is walked down
	flat    Flat
	visited int
}

// way is how far a walk has come.
type way struct {
	path       []Ref
	ways       []Way
	gross, net *big.Rat // pieces of the product for one of the root: begun, and what is in it
}

// over goes on by a component of a recipe.
func (at way) over(r *Recipe, c Component, s share) way {
	step := Way{c.Quantity, c.Unit, c.Waste, r.Yield, r.Loss}
	return way{at.path, append(slices.Clip(at.ways), step), new(big.Rat).Mul(at.gross, s.gross), new(big.Rat).Mul(at.net, s.net)}
}

// down adds what the pieces of a recipe take.
func (w *walk) down(r *Recipe, at way) error {
	if w.visited += 1 + len(r.Components) + len(r.Steps); w.visited > maxFlat {
		return errTooLarge
	}
	shares := r.shares()
	for i, c := range r.Components {
		if len(at.path) == 0 {
			w.line = i
		}
		next := at.over(r, c, shares[i])
		if !c.Nested {
			w.flat.Parts = append(w.flat.Parts, Part{c.Option, w.line, next.path, next.ways, next.gross, next.net})
			continue
		}
		if err := w.into(c, next); err != nil {
			return err
		}
	}
	begun := new(big.Rat).Mul(at.gross, exact.Fraction(million, million-r.Loss))
	for _, s := range r.Steps {
		line := w.line
		if len(at.path) == 0 {
			line = -1
		}
		minutes := new(big.Rat).Mul(begun, exact.Fraction(int64(s.Minutes), int64(s.UnitsPerRun)))
		w.flat.Tasks = append(w.flat.Tasks, Task{line, at.path, at.ways, s.Name, s.Minutes, s.UnitsPerRun, r.Loss, minutes, s.HourlyRate})
	}
	return nil
}

// into walks down a component that is a product.
func (w *walk) into(c Component, at way) error {
	product := Ref{c.ID, c.Name, c.SKU}
	before := at.path
	at.path = append(slices.Clip(at.path), product)
	if c.ID == w.root.ID || slices.ContainsFunc(before, func(r Ref) bool { return r.ID == c.ID }) {
		return &Cycle{w.line, append([]Ref{w.root}, at.path...)}
	}
	r, ok := w.book[c.ID]
	if !ok {
		if !slices.Contains(w.flat.Missing, product) {
			w.flat.Missing = append(w.flat.Missing, product)
		}
		return nil
	}
	return w.down(r, at)
}

const million = quantity.Micro

// share is a component in one piece: gross with its waste and the recipe's loss, net without.
type share struct{ gross, net *big.Rat }

// shares are those of the components, reckoned once: a recipe can be walked down many times.
func (r *Recipe) shares() []share {
	if r.reckoned == nil {
		r.reckoned = make([]share, len(r.Components))
		for i, c := range r.Components {
			net := exact.Fraction(int64(c.Quantity), int64(r.Yield))
			r.reckoned[i] = share{new(big.Rat).Mul(net, exact.Fraction(million+c.Waste, million-r.Loss)), net}
		}
	}
	return r.reckoned
}
