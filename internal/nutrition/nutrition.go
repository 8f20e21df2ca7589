// Package nutrition has the rules by which nutrition facts are declared: what a declaration lists, how amounts are rounded, and how
// energy follows from nutrients. Rules are data with the law they come from and the day from which they apply. Amounts are exact
// fractions until the one rounding of the line that shows them; an amount that is not known is not there, and never zero.
package nutrition

import (
	"math/big"

	"craftplan/internal/exact"
)

// The nutrients that laws know, by code. Carbohydrate is what the European Union means by it: without fibre.
const (
	EnergyKJ        = "energy_kj"
	EnergyKcal      = "energy_kcal"
	Fat             = "fat"
	Saturates       = "saturates"
	Monounsaturates = "monounsaturates"
	Polyunsaturates = "polyunsaturates"
	TransFat        = "trans_fat"
	Carbohydrate    = "carbohydrate"
	Sugars          = "sugars"
	AddedSugars     = "added_sugars"
	Polyols         = "polyols"
	Starch          = "starch"
	Fibre           = "fibre"
	Protein         = "protein"
	Salt            = "salt"
	Cholesterol     = "cholesterol"
	Alcohol         = "alcohol"
	OrganicAcids    = "organic_acids"
	VitaminD        = "vitamin_d"
	Calcium         = "calcium"
	Iron            = "iron"
	Potassium       = "potassium"
)

// What declarations list and nobody enters, because it follows from others.
const (
	Sodium             = "sodium"              // milligrams, from salt
	TotalCarbohydrates = "total_carbohydrates" // as the United States mean it: with fibre
)

const micro = 1_000_000

// Amounts are how much there is of nutrients, by code, each in its unit. What is not known is not in it.
type Amounts map[string]*big.Rat

// For is the amounts of f times as much food.
func (a Amounts) For(f *big.Rat) Amounts {
	all := Amounts{}
	for code, x := range a {
		all[code] = new(big.Rat).Mul(x, f)
	}
	return all
}

// derived adds what follows from the amounts.
func (a Amounts) derived() Amounts {
	all := Amounts{}
	for code, x := range a {
		all[code] = x
	}
	if salt, ok := a[Salt]; ok {
		all[Sodium] = new(big.Rat).Mul(salt, big.NewRat(400, 1)) // salt is sodium x 2.5: Regulation (EU) No 1169/2011, Annex I, point 11
	}
	carbohydrate, fibre := a[Carbohydrate], a[Fibre]
	if carbohydrate != nil && fibre != nil {
		all[TotalCarbohydrates] = new(big.Rat).Add(carbohydrate, fibre)
	}
	return all
}

// factor is what a gram of something brings, in tenths of a unit of energy.
type factor struct {
	code     string
	kJ, kcal int64
}

// factors are those of Regulation (EU) No 1169/2011, Annex XIV. Kilojoules and kilocalories each have their own; one is not made
// from the other. Carbohydrate is reckoned without the polyols in it.
var factors = []factor{
	{Carbohydrate, 170, 40}, {Polyols, 100, 24}, {Protein, 170, 40}, {Fat, 370, 90}, {Alcohol, 290, 70}, {OrganicAcids, 130, 30}, {Fibre, 80, 20},
}

// generalFactors are those of the United States: 21 CFR 101.9(c)(1)(i)(B).
var generalFactors = []factor{{TotalCarbohydrates, 0, 40}, {Protein, 0, 40}, {Fat, 0, 90}}

// FromFactors are the amounts with the energy that follows from fat, carbohydrate and protein, by the factors of a law. Where one of
// the three is not known, the energy is not known either. Of the rest, what is not known is counted as not there: left tells which.
func (a Amounts) FromFactors(law Law) (all Amounts, left []string) {
	use := factors
	if law == US {
		use = generalFactors
	}
	known := a.derived()
	all = a.For(big.NewRat(1, 1))
	delete(all, EnergyKJ)
	delete(all, EnergyKcal)
	kJ, kcal := new(big.Rat), new(big.Rat)
	for _, f := range use {
		x, ok := known[f.code]
		switch f.code {
		case Carbohydrate, Protein, Fat, TotalCarbohydrates:
			if !ok {
				return all, nil
			}
		default:
			if !ok {
				left = append(left, f.code)
				continue
			}
		}
		if polyols := known[Polyols]; f.code == Carbohydrate && polyols != nil {
			x = new(big.Rat).Sub(x, polyols)
		}
		kJ.Add(kJ, new(big.Rat).Mul(x, exact.Fraction(f.kJ, 10)))
		kcal.Add(kcal, new(big.Rat).Mul(x, exact.Fraction(f.kcal, 10)))
	}
	if law != US {
		all[EnergyKJ] = kJ
	}
	all[EnergyKcal] = kcal
	return all, left
}
