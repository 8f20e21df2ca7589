package catalog

import (
	"context"
	"fmt"

	"craftplan/internal/audit"
	"craftplan/internal/authz"
	"craftplan/internal/catalog/internal/db"
	"craftplan/internal/exact"
	"craftplan/internal/fault"
	"craftplan/internal/money"
	"craftplan/internal/settings"
	"craftplan/internal/store"
)

// Earning is what is left of a price.
type Earning struct {
	Price, Tax money.Amount // the tax that the price contains
	Cost       money.Amount
	Profit     money.Amount // of the price without tax
}

// Earn tells what is left of a price when a piece costs so much. Where prices contain tax, it is no profit.
func Earn(price, cost money.Amount, s settings.Settings) Earning {
	e := Earning{Price: price, Cost: cost}
	if s.TaxMode == settings.Inclusive {
		if tax, err := price.Share(s.TaxRate, money.Micro+s.TaxRate); err == nil { // a share of the price fits where the price does
			e.Tax = tax
		}
	}
	e.Profit = price - e.Tax - cost
	return e
}

// Margin is the profit in millionths of the price without tax; false for a price of nothing.
func (e Earning) Margin() (int64, bool) {
	if e.Price-e.Tax <= 0 {
		return 0, false
	}
	share, err := exact.MulDiv(int64(e.Profit), money.Micro, int64(e.Price-e.Tax), exact.HalfUp)
	return share, err == nil
}

// Suggest is the price that a markup asks for: the cost and what is added to it, then the tax where prices contain it, then rounded
// up to what prices end in, so that no less than the markup is left. A markup of nothing suggests nothing.
func Suggest(cost money.Amount, m settings.Markup, s settings.Settings, currency string) (money.Amount, bool) {
	if m.Value <= 0 || cost < 0 {
		return 0, false
	}
	price, err := marked(cost, m)
	if err == nil && s.TaxMode == settings.Inclusive {
		price, err = price.Percent(money.Micro + s.TaxRate)
	}
	if err != nil || price > money.Max {
		return 0, false
	}
	return ending(price, m.Ending, currency), true
}

func marked(cost money.Amount, m settings.Markup) (money.Amount, error) {
	if m.Mode == settings.Fixed {
		return cost.Plus(money.Amount(m.Value))
	}
	return cost.Percent(money.Micro + m.Value)
}

// ending rounds a price. Currencies without hundredths know no such endings.
func ending(price money.Amount, e settings.Ending, currency string) money.Amount {
	const cent = money.Micro / 100
	if money.Digits(currency) < 2 {
		return money.Round(price, currency)
	}
	switch e {
	case settings.Fives:
		return up(price, 5*cent)
	case settings.Halves:
		return up(price, 50*cent)
	case settings.Nines:
		return up(price+cent, money.Micro) - cent
	}
	return money.Round(price, currency)
}

// up is the next multiple of a step.
func up(price, step money.Amount) money.Amount { return (price + step - 1) / step * step }

// Reprice gives a product another price than the one that was looked at.
func Reprice(ctx context.Context, tx *store.Tx, sku string, was, price money.Amount) (Product, error) {
	if err := tx.Require(authz.CatalogWrite, authz.CostsRead); err != nil {
		return Product{}, err
	}
	p, err := Get(ctx, tx, sku)
	if err != nil {
		return Product{}, err
	}
	if price < 0 || price > money.Max {
		return Product{}, fault.Invalid("price", "Enter a price that is not negative.")
	}
	changed, err := db.For(tx).RepriceProduct(ctx, db.RepriceProductIn{ID: p.ID, Price: price, Price_2: was, UpdatedAt: tx.Now(), UpdatedBy: tx.Actor().UserID})
	if err == nil && changed == 0 {
		err = fault.Conflict(fmt.Sprintf("The price of %s was changed meanwhile. Look at it again.", p.Name))
	}
	if err != nil {
		return p, err
	}
	former := p.fields()
	p.Price = price
	return p, audit.Record(ctx, tx, audit.Change{Action: audit.Changed, Kind: audit.Product, Record: p.SKU, Was: former, Became: p.fields()})
}
