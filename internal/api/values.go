package api

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"craftplan/internal/authz"
	"craftplan/internal/calendar"
	"craftplan/internal/fault"
	"craftplan/internal/money"
	"craftplan/internal/quantity"
)

// amount is money: a decimal number as text, which no program rounds.
type amount struct {
	Amount   string `json:"amount"`
	Currency string `json:"currency"`
}

// cost is money that tells what something costs: nil for a key that may not know it, so that it is left out.
func (q *Request) cost(a money.Amount) *amount {
	if !q.Actor().May(authz.CostsRead) {
		return nil
	}
	return q.money(a)
}

func (q *Request) money(a money.Amount) *amount {
	return &amount{money.Input(a, q.Organization.Currency), q.Organization.Currency}
}

// measure is a quantity with its unit.
type measure struct {
	Value string `json:"value"`
	Unit  string `json:"unit"`
}

func measured(n quantity.Quantity, u quantity.Unit) measure {
	return measure{quantity.Decimal(n), string(u)}
}

func optional(n *quantity.Quantity, u quantity.Unit) *measure {
	if n == nil {
		return nil
	}
	m := measured(*n, u)
	return &m
}

func instant(i calendar.Instant) string { return i.Time().UTC().Format(time.RFC3339) }

func instantOr(i *calendar.Instant) *string {
	if i == nil {
		return nil
	}
	text := instant(*i)
	return &text
}

// list is one page of things, in the order of the list, and how many there are in all.
type list[T any] struct {
	Data  []T   `json:"data"`
	Total int64 `json:"total"`
}

const (
	pageSize = 50
	maxPage  = 200
)

// page reads which part of a list is asked for; a parameter it does not know is refused.
func (q *Request) page(known ...string) (limit, offset int64, err error) {
	var p fault.Problems
	values := q.URL.Query()
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if !slices.Contains(append(known, "limit", "offset"), name) {
			p.Addf(name, "There is no parameter %q.", name)
		}
	}
	number := func(name string, fallback, least, most int64) int64 {
		if !values.Has(name) {
			return fallback
		}
		n, err := strconv.ParseInt(values.Get(name), 10, 64)
		if err != nil || n < least || n > most {
			p.Addf(name, "Use %d to %d.", least, most)
		}
		return n
	}
	limit, offset = number("limit", pageSize, 1, maxPage), number("offset", 0, 0, 1_000_000)
	return limit, offset, p.Err()
}
