package nutrition

import (
	"time"

	"craftplan/internal/calendar"
)

// whole rounds to whole units, whatever the amount.
var whole = []Band{{Step: micro}}

// The European Union's bands: Commission guidance on tolerances, December 2012, section 6, table 4.
var (
	euGrams = []Band{{From: 10 * micro, Step: micro}, {From: micro / 2, Above: true, Step: micro / 10}, {Text: "<0.5"}}
	euFatty = []Band{{From: 10 * micro, Step: micro}, {From: micro / 10, Above: true, Step: micro / 10}, {Text: "<0.1"}}
	euSalt  = []Band{{From: micro, Step: micro / 10}, {From: 12_500, Above: true, Step: micro / 100}, {Text: "<0.01"}}
)

// The bands of the United States: 21 CFR 101.9(c), by paragraph.
var (
	usCalories    = []Band{{From: 50 * micro, Above: true, Step: 10 * micro}, {From: 5 * micro, Step: 5 * micro}, {}}                                                   // (1)
	usFat         = []Band{{From: 5 * micro, Step: micro}, {From: micro / 2, Step: micro / 2}, {}}                                                                      // (2)
	usCholesterol = []Band{{From: 5 * micro, Above: true, Step: 5 * micro}, {From: 2 * micro, Text: "less than 5"}, {}}                                                 // (3)
	usSodium      = []Band{{From: 140 * micro, Above: true, Step: 10 * micro}, {From: 5 * micro, Step: 5 * micro}, {}}                                                  // (4)
	usGrams       = []Band{{From: micro, Step: micro}, {From: micro / 2, Text: "less than 1"}, {}}                                                                      // (6), (7)
	usVitaminD    = []Band{{From: 400_000, Step: micro / 10}, {}}                                                                                                       // (8): less than 2 % may be zero
	usIron        = []Band{{From: 360_000, Step: micro / 10}, {}}                                                                                                       // the same
	usCalcium     = []Band{{From: 26 * micro, Step: 10 * micro}, {}}                                                                                                    // the same
	usPotassium   = []Band{{From: 94 * micro, Step: 10 * micro}, {}}                                                                                                    // the same
	usMinerals    = []Band{{From: 50 * micro, Above: true, Step: 10 * micro}, {From: 10 * micro, Above: true, Step: 5 * micro}, {From: 2 * micro, Step: 2 * micro}, {}} // (8)(iii), of percentages
)

func day(year int, month time.Month, d int) calendar.Date { return calendar.New(year, month, d) }

// ruleSets are all rules, each law's in the order of their days. A change of a law is a set more.
var ruleSets = []Rules{
	{Law: EU, Name: "Nutrition declaration, European Union", From: day(2014, time.December, 13),
		Source: "Regulation (EU) No 1169/2011, Articles 30 to 34 and Annexes XIV and XV; rounding by the Commission's guidance on tolerances of December 2012, section 6",
		Lines: []Line{
			{Code: EnergyKJ, Name: "Energy", Unit: "kJ", Bands: whole},
			{Code: EnergyKcal, Name: "Energy", Unit: "kcal", Bands: whole},
			{Code: Fat, Name: "Fat", Unit: "g", Bands: euGrams},
			{Code: Saturates, Name: "of which saturates", Unit: "g", Depth: 1, Bands: euFatty},
			{Code: Monounsaturates, Name: "of which mono-unsaturates", Unit: "g", Depth: 1, May: true, Bands: euFatty},
			{Code: Polyunsaturates, Name: "of which polyunsaturates", Unit: "g", Depth: 1, May: true, Bands: euFatty},
			{Code: Carbohydrate, Name: "Carbohydrate", Unit: "g", Bands: euGrams},
			{Code: Sugars, Name: "of which sugars", Unit: "g", Depth: 1, Bands: euGrams},
			{Code: Polyols, Name: "of which polyols", Unit: "g", Depth: 1, May: true, Bands: euGrams},
			{Code: Starch, Name: "of which starch", Unit: "g", Depth: 1, May: true, Bands: euGrams},
			{Code: Fibre, Name: "Fibre", Unit: "g", May: true, Bands: euGrams},
			{Code: Protein, Name: "Protein", Unit: "g", Bands: euGrams},
			{Code: Salt, Name: "Salt", Unit: "g", Bands: euSalt},
		}},
	{Law: US, Name: "Nutrition Facts, United States", From: day(2016, time.July, 26),
		Source: "21 CFR 101.9, as amended on May 27, 2016 (81 FR 33742): rounding in paragraph (c), daily values in (c)(8)(iv) and (c)(9)",
		Lines: []Line{
			{Code: EnergyKcal, Name: "Calories", Bands: usCalories, Short: true},
			{Code: Fat, Name: "Total Fat", Unit: "g", Bands: usFat, Short: true, Daily: 78 * micro, DailyBands: whole},
			{Code: Saturates, Name: "Saturated Fat", Unit: "g", Depth: 1, Bands: usFat, Short: true, Daily: 20 * micro, DailyBands: whole},
			{Code: TransFat, Name: "Trans Fat", Unit: "g", Depth: 1, Bands: usFat, Short: true},
			{Code: Polyunsaturates, Name: "Polyunsaturated Fat", Unit: "g", Depth: 1, May: true, Bands: usFat, Short: true},
			{Code: Monounsaturates, Name: "Monounsaturated Fat", Unit: "g", Depth: 1, May: true, Bands: usFat, Short: true},
			{Code: Cholesterol, Name: "Cholesterol", Unit: "mg", Bands: usCholesterol, Short: true, Daily: 300 * micro, DailyBands: whole},
			{Code: Sodium, Name: "Sodium", Unit: "mg", Bands: usSodium, Short: true, Daily: 2300 * micro, DailyBands: whole},
			{Code: TotalCarbohydrates, Name: "Total Carbohydrate", Unit: "g", Bands: usGrams, Short: true, Daily: 275 * micro, DailyBands: whole},
			{Code: Fibre, Name: "Dietary Fiber", Unit: "g", Depth: 1, Bands: usGrams, Short: true, Daily: 28 * micro, DailyBands: whole},
			{Code: Sugars, Name: "Total Sugars", Unit: "g", Depth: 1, Bands: usGrams, Short: true},
			{Code: AddedSugars, Name: "Added Sugars", Unit: "g", Depth: 2, Bands: usGrams, Short: true, Daily: 50 * micro, DailyBands: whole},
			{Code: Polyols, Name: "Sugar Alcohol", Unit: "g", Depth: 1, May: true, Bands: usGrams, Short: true},
			{Code: Protein, Name: "Protein", Unit: "g", Bands: usGrams, Short: true},
			{Code: VitaminD, Name: "Vitamin D", Unit: "mcg", Bands: usVitaminD, Short: true, Daily: 20 * micro, DailyBands: usMinerals},
			{Code: Calcium, Name: "Calcium", Unit: "mg", Bands: usCalcium, Short: true, Daily: 1300 * micro, DailyBands: usMinerals},
			{Code: Iron, Name: "Iron", Unit: "mg", Bands: usIron, Short: true, Daily: 18 * micro, DailyBands: usMinerals},
			{Code: Potassium, Name: "Potassium", Unit: "mg", Bands: usPotassium, Short: true, Daily: 4700 * micro, DailyBands: usMinerals},
		}},
}
