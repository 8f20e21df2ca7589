package audit

import (
	"encoding/json"
	"fmt"

	"craftplan/internal/calendar"
	"craftplan/internal/money"
	"craftplan/internal/quantity"
)

// Fields are some of a record by the names that people know them by. A value is a text, a truth, a whole number, a day, or one of the
// amounts below; nil is none. What is secret is never one of them.
type Fields map[string]any

// Money is a price, and what else everybody may read.
func Money(a money.Amount) Value { return Value{Kind: "money", Number: int64(a)} }

// Cost is what something costs: it is withheld from who sees no costs.
func Cost(a money.Amount) Value { return Value{Kind: "money", Number: int64(a), Cost: true} }

// Quantity is so much of something that is counted in the unit.
func Quantity(q quantity.Quantity, u quantity.Unit) Value {
	return Value{Kind: "quantity", Number: int64(q), Unit: string(u)}
}

// Rate is a share in millionths.
func Rate(millionths int64) Value { return Value{Kind: "rate", Number: millionths} }

// CostRate is a share that costs are reckoned with: it is withheld from who sees no costs.
func CostRate(millionths int64) Value { return Value{Kind: "rate", Number: millionths, Cost: true} }

// Value is one field's, as it is kept and read.
type Value struct {
	Kind   string `json:"kind"` // text, flag, number, day, money, quantity or rate
	Text   string `json:"text,omitempty"`
	Number int64  `json:"number,omitempty"` // millionths of money, quantity and rate; a flag is 1
	Unit   string `json:"unit,omitempty"`
	Cost   bool   `json:"cost,omitempty"`
	// Withheld stands for what who reads may not see.
	Withheld bool `json:"-"`
}

// valueOf is what a domain wrote as a value; ok is false for none.
func valueOf(field any) (v Value, ok bool, err error) {
	switch f := field.(type) {
	case nil:
		return Value{}, false, nil
	case Value:
		return f, true, nil
	case string:
		return Value{Kind: "text", Text: f}, f != "", nil
	case bool:
		v = Value{Kind: "flag"}
		if f {
			v.Number = 1
		}
		return v, true, nil
	case int64:
		return Value{Kind: "number", Number: f}, true, nil
	case calendar.Date:
		return Value{Kind: "day", Text: f.String()}, !f.IsZero(), nil
	case *calendar.Date:
		if f == nil {
			return Value{}, false, nil
		}
		return valueOf(*f)
	}
	return Value{}, false, fmt.Errorf("audit: a field of type %T", field)
}

// changed are the fields of two states that differ, as JSON.
func changed(was, became Fields) (before, after string, err error) {
	left, right := map[string]Value{}, map[string]Value{}
	for name, field := range was {
		v, ok, err := valueOf(field)
		if err != nil {
			return "", "", err
		}
		if ok {
			left[name] = v
		}
	}
	for name, field := range became {
		v, ok, err := valueOf(field)
		switch {
		case err != nil:
			return "", "", err
		case !ok:
		case left[name] == v:
			delete(left, name)
		default:
			right[name] = v
		}
	}
	if before, err = text(left); err != nil {
		return "", "", err
	}
	after, err = text(right)
	return before, after, err
}

const none = "{}"

func text(values map[string]Value) (string, error) {
	encoded, err := json.Marshal(values)
	return string(encoded), err
}
