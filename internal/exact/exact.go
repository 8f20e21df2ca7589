// Package exact multiplies and divides 64-bit integers through 128 bits, with named rounding, so that money and
// quantities are never floats.
package exact

import (
	"errors"
	"math"
	"math/bits"
)

// Rounding names what happens to the rest of a division.
type Rounding int

// The roundings.
const (
	HalfUp   Rounding = iota // half away from zero
	HalfEven                 // half to the even neighbour
	Down                     // towards zero
	Up                       // away from zero
)

// ErrOverflow is a result beyond 64 bits.
var ErrOverflow = errors.New("number too large")

// ErrDivision is a division by zero.
var ErrDivision = errors.New("division by zero")

// MulDiv is a*b/c, exact until the rounding.
func MulDiv(a, b, c int64, r Rounding) (int64, error) {
	if c == 0 {
		return 0, ErrDivision
	}
	negative := (a < 0) != (b < 0) != (c < 0)
	hi, lo := bits.Mul64(magnitude(a), magnitude(b))
	d := magnitude(c)
	if hi >= d {
		return 0, ErrOverflow
	}
	q, rest := bits.Div64(hi, lo, d)
	if roundsUp(q, rest, d, r) {
		if q == math.MaxUint64 {
			return 0, ErrOverflow
		}
		q++
	}
	return signed(q, negative)
}

func roundsUp(q, rest, d uint64, r Rounding) bool {
	if rest == 0 {
		return false
	}
	half := d - rest // rest >= half means at least one half, without overflow
	switch r {
	case Up:
		return true
	case HalfUp:
		return rest >= half
	case HalfEven:
		return rest > half || rest == half && q&1 == 1
	default:
		return false
	}
}

func magnitude(a int64) uint64 {
	if a < 0 {
		return uint64(-(a + 1)) + 1
	}
	return uint64(a)
}

func signed(q uint64, negative bool) (int64, error) {
	if q > math.MaxInt64 {
		return 0, ErrOverflow
	}
	if negative {
		return -int64(q), nil
	}
	return int64(q), nil
}
