package exact

import (
	"errors"
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

func TestRounding(t *testing.T) {
	for _, c := range []struct {
		a, b, c int64
		want    [4]int64 // HalfUp, HalfEven, Down, Up
	}{
		{7, 1, 2, [4]int64{4, 4, 3, 4}}, {5, 1, 2, [4]int64{3, 2, 2, 3}}, {-5, 1, 2, [4]int64{-3, -2, -2, -3}}, {1, 1, 3, [4]int64{0, 0, 0, 1}}, {-2, 1, 3, [4]int64{-1, -1, 0, -1}}, {6, 1, 3, [4]int64{2, 2, 2, 2}},
		{math.MaxInt64, 3, 3, [4]int64{math.MaxInt64, math.MaxInt64, math.MaxInt64, math.MaxInt64}},
	} {
		for i, r := range []Rounding{HalfUp, HalfEven, Down, Up} {
			if got, err := MulDiv(c.a, c.b, c.c, r); err != nil || got != c.want[i] {
				t.Errorf("%d*%d/%d, rounding %d: %d, %v; want %d", c.a, c.b, c.c, r, got, err, c.want[i])
			}
		}
	}
	if _, err := MulDiv(1, 1, 0, HalfUp); !errors.Is(err, ErrDivision) {
		t.Errorf("by zero: %v", err)
	}
	if _, err := MulDiv(math.MaxInt64, 2, 1, HalfUp); !errors.Is(err, ErrOverflow) {
		t.Errorf("beyond 64 bits: %v", err)
	}
}

// Whatever the numbers, the result is the one that big integers give, or an overflow where theirs does not fit.
func TestAgainstBigIntegers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := rapid.Int64().Draw(t, "a"), rapid.Int64().Draw(t, "b"), rapid.Int64().Filter(func(n int64) bool { return n != 0 }).Draw(t, "c")
		got, err := MulDiv(a, b, c, Down)
		want := new(big.Int).Quo(new(big.Int).Mul(big.NewInt(a), big.NewInt(b)), big.NewInt(c))
		fits := want.IsInt64() && want.Int64() != math.MinInt64
		if fits != (err == nil) || fits && got != want.Int64() {
			t.Fatalf("%d, %v; want %s", got, err, want)
		}
		up, errUp := MulDiv(a, b, c, Up)
		half, errHalf := MulDiv(a, b, c, HalfUp)
		if err == nil && errUp == nil && errHalf == nil && half != got && half != up {
			t.Fatalf("half up gives %d, between %d and %d", half, got, up)
		}
	})
}

// A fraction gives what MulDiv gives, and the same when its numbers are beyond 64 bits.
func TestTimes(t *testing.T) {
	wide := new(big.Int).Exp(big.NewInt(7), big.NewInt(40), nil)
	rapid.Check(t, func(t *rapid.T) {
		n, a, b := rapid.Int64().Draw(t, "n"), rapid.Int64Range(-1e9, 1e9).Draw(t, "a"), rapid.Int64Range(1, 1e9).Draw(t, "b")
		rounding := rapid.SampledFrom([]Rounding{HalfUp, HalfEven, Down, Up}).Draw(t, "rounding")
		want, wantErr := MulDiv(n, a, b, rounding)
		got, err := Times(n, Fraction(a, b), rounding)
		if got != want || !errors.Is(err, wantErr) {
			t.Fatalf("%d, %v; want %d, %v", got, err, want, wantErr)
		}
		// A tiny rest makes numbers too wide for MulDiv.
		sum := new(big.Rat).Add(Fraction(a, b), new(big.Rat).SetFrac(big.NewInt(1), wide))
		exactly := new(big.Rat).Mul(sum, new(big.Rat).SetInt64(n))
		got, err = Times(n, sum, rounding)
		off := new(big.Rat).Sub(new(big.Rat).SetInt64(got), exactly)
		if limit := big.NewRat(1, 1); err == nil && (off.Abs(off).Cmp(limit) >= 0 || (rounding == HalfUp || rounding == HalfEven) && off.Cmp(big.NewRat(1, 2)) > 0) {
			t.Fatalf("%d of %s is %d", n, sum, got)
		}
		if whole := new(big.Int).Quo(exactly.Num(), exactly.Denom()); err != nil && new(big.Int).Abs(whole).BitLen() < 63 {
			t.Fatalf("%d of %s: %v", n, sum, err)
		}
	})
}

func TestSum(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.Int64().Draw(t, "a"), rapid.Int64().Draw(t, "b")
		want := new(big.Int).Add(big.NewInt(a), big.NewInt(b))
		got, err := Sum(a, b)
		if want.IsInt64() != (err == nil) || err == nil && got != want.Int64() {
			t.Fatalf("%d, %v; want %s", got, err, want)
		}
	})
}
