package exact

import (
	"math"
	"math/big"
)

// Fraction is a/b, exact. A chain of fractions is multiplied without any rounding, and rounded once, by Times.
func Fraction(a, b int64) *big.Rat { return big.NewRat(a, b) }

// Times is n times the fraction, exact until the rounding.
func Times(n int64, f *big.Rat, r Rounding) (int64, error) {
	if f.Num().IsInt64() && f.Denom().IsInt64() {
		return MulDiv(n, f.Num().Int64(), f.Denom().Int64(), r)
	}
	var product, q, rest big.Int
	product.Mul(big.NewInt(n), f.Num())
	negative := product.Sign() < 0
	q.QuoRem(product.Abs(&product), f.Denom(), &rest)
	if roundsUpBig(&q, &rest, f.Denom(), r) {
		q.Add(&q, big.NewInt(1))
	}
	if !q.IsUint64() {
		return 0, ErrOverflow
	}
	return signed(q.Uint64(), negative)
}

// roundsUpBig is roundsUp for numbers of any size.
func roundsUpBig(q, rest, d *big.Int, r Rounding) bool {
	if rest.Sign() == 0 {
		return false
	}
	half := rest.Lsh(rest, 1).Cmp(d) // against one half
	switch r {
	case Up:
		return true
	case HalfUp:
		return half >= 0
	case HalfEven:
		return half > 0 || half == 0 && q.Bit(0) == 1
	default:
		return false
	}
}

// Sum is a+b, or ErrOverflow.
func Sum(a, b int64) (int64, error) {
	if b > 0 && a > math.MaxInt64-b || b < 0 && a < math.MinInt64-b {
		return 0, ErrOverflow
	}
	return a + b, nil
}
