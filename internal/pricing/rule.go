package pricing

import (
	"craftplan/internal/id"
	"craftplan/internal/money"
	"craftplan/internal/quantity"
)

// Source is where the price of a line came from.
type Source string

// The sources.
const (
	Own        Source = "product"  // the product's price
	Listed     Source = "list"     // a row of a price list
	Discounted Source = "discount" // the product's price less a list's discount
	Typed      Source = "typed"    // somebody's own
)

// Quote is the price of one piece, and where it came from.
type Quote struct {
	Price   money.Amount
	Source  Source
	List    string            // the name of the list; "" when it came from none
	Minimum quantity.Quantity // pieces of the row; 0 when it was none
}

// Book is what a customer pays on a day. The zero book is that of who has no list: everybody's prices.
type Book struct {
	name     string
	discount int64 // millionths
	currency string
	breaks   map[id.ID][]Break // by product, the lowest minimum first
}

// Break is the price of one piece from so many pieces on.
type Break struct {
	Minimum quantity.Quantity
	Price   money.Amount
}

// Quote is the price of one piece of a product, by the rule of the package, in a line of so many.
func (b Book) Quote(product id.ID, own money.Amount, pieces quantity.Quantity) Quote {
	quote := Quote{Price: own, Source: Own}
	for _, each := range b.breaks[product] {
		if each.Minimum <= pieces {
			quote = Quote{each.Price, Listed, b.name, each.Minimum}
		}
	}
	if quote.Source == Listed || b.discount == 0 {
		return quote
	}
	return Quote{Price: Less(own, b.discount, b.currency), Source: Discounted, List: b.name}
}

// Less is a price less a discount in millionths of it, from 0 to 1,000,000, rounded half up to the currency's digits.
func Less(price money.Amount, discount int64, currency string) money.Amount {
	left, err := price.Percent(money.Micro - discount)
	if err != nil {
		return price // a share of a price fits where the price does
	}
	return money.Round(left, currency)
}
