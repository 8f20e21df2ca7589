package demo

import (
	"craftplan/internal/crm"
	"craftplan/internal/money"
	"craftplan/internal/settings"
)

// shop is what an organization of the demo buys, makes and sells.
type shop struct {
	settings  settings.Settings
	city      crm.Address // of its customers
	materials []material
	foods     map[string]food  // what labels say about materials, by SKU
	labels    map[string]label // what they say about products
	address   string           // what they say about the producer
	products  []product
	reprices  []reprice
	customers []customer
	lists     []priceList
	stall     string // where else it sells; "" is nowhere
}

// priceList is what a group of customers pays.
type priceList struct {
	group, name string
	customers   []string
	discount    int64    // percent of what has no price of its own
	prices      []string // "SKU minimum price"
}

// reprice is another price of a material, so many days ago; deliveries cost it from then on.
type reprice struct {
	ago   int
	sku   string
	price string // of one kg, l or piece
}

// material is one line of the shop's shelf.
type material struct {
	name, sku, unit string
	price           string // of one kg, l or piece
	pack            string // deliveries are whole packs
	minimum         string
	keeps           int  // days until a delivery expires; 0 is for ever
	late            bool // this week's delivery has not come yet
}

// product is what is sold, with its recipe.
type product struct {
	name, sku  string
	price      string
	makes      int64
	keeps      int64    // days
	components []string // "SKU quantity" and, where some is lost, the percentage: "BUTTER-001 900g 2"; the SKU may be a product's before it
	steps      []step
}

type step struct {
	name           string
	minutes, units int64
}

// customer orders the same things every few days.
type customer struct {
	name, contact, street string
	company               bool
	every, from           int    // days between orders, and the first of them
	at                    [2]int // hour and minute
	delivery              bool
	wants                 map[string]int64
}

func bakery() shop {
	const flour, wheat, rye, sugar, butter, eggs, milk, yeast, salt, water = "FLOUR-001", "FLOUR-002", "FLOUR-003", "SUGAR-001", "BUTTER-001", "EGG-001", "MILK-001", "YEAST-001", "SALT-001", "WATER-001"
	return shop{
		settings: settings.Settings{TaxMode: settings.Exclusive, TaxRate: 22_500, DailyCapacity: 12, ShippingFlat: 6 * money.Micro, LaborHourlyRate: 18*money.Micro + 500_000, OverheadRate: 150_000,
			Retail: settings.Markup{Mode: settings.Percent, Value: 1_500_000, Ending: settings.Nines}, Wholesale: settings.Markup{Mode: settings.Percent, Value: 800_000, Ending: settings.Fives}},
		city: crm.Address{City: "Chicago", Region: "IL", PostalCode: "60611", Country: "United States"},
		materials: []material{
			{"All Purpose Flour", flour, "g", "1.20", "25 kg", "20 kg", 180, false},
			{"Whole Wheat Flour", wheat, "g", "1.60", "10 kg", "5 kg", 180, false},
			{"Rye Flour", rye, "g", "1.90", "10 kg", "4 kg", 180, false},
			{"White Sugar", sugar, "g", "1.40", "10 kg", "5 kg", 0, false},
			{"Unsalted Butter", butter, "g", "8.50", "5 kg", "4 kg", 45, false},
			{"Fresh Eggs", eggs, "pcs", "0.22", "30", "60", 21, false},
			{"Whole Milk", milk, "ml", "1.10", "5 l", "3 l", 9, false},
			{"Fresh Yeast", yeast, "g", "7.00", "500 g", "200 g", 18, false},
			{"Sea Salt", salt, "g", "0.90", "1 kg", "500 g", 0, false},
			{"Water", water, "ml", "0", "500 l", "0 ml", 0, false},
			{"Whole Almonds", "ALM-001", "g", "12.00", "2 kg", "2 kg", 200, true},
			{"Dark Chocolate", "CHOC-001", "g", "9.80", "2.5 kg", "1 kg", 300, false},
			{"Cream Cheese", "CHEESE-001", "g", "7.40", "2 kg", "1 kg", 14, false},
			{"Blueberries", "BERRY-001", "g", "8.20", "1 kg", "1 kg", 8, true},
			{"Rolled Oats", "OAT-001", "g", "1.80", "5 kg", "2 kg", 240, false},
			{"Sesame Seeds", "SESAME-001", "g", "5.20", "1 kg", "400 g", 200, false},
			{"Ground Cinnamon", "CINN-001", "g", "18.00", "500 g", "100 g", 400, false},
		},
		foods: bakeryFoods, labels: bakeryLabels, address: "118 Larrabee Street\nChicago, IL 60611, United States",
		products: []product{
			{"Artisan Bread", "BREAD-001", "6.50", 12, 3, []string{flour + " 6kg 2", water + " 3.9l", yeast + " 60g", salt + " 120g"}, []step{{"Mix and fold", 20, 24}, {"Shape", 25, 24}, {"Bake", 20, 24}}},
			{"Rye Loaf", "BREAD-002", "7.20", 8, 5, []string{rye + " 3kg 2", wheat + " 1.2kg", water + " 3.2l", yeast + " 50g", salt + " 80g"}, []step{{"Mix the sourdough", 14, 16}, {"Shape", 12, 16}, {"Bake", 20, 16}}},
			{"Butter Croissants", "PAST-001", "3.20", 24, 2, []string{flour + " 1.2kg 2", butter + " 900g 2", milk + " 500ml", sugar + " 120g", yeast + " 30g", salt + " 25g", eggs + " 2"}, []step{{"Laminate", 50, 48}, {"Shape", 35, 48}, {"Bake", 20, 48}}},
			{"Cheese Danish", "PAST-002", "3.90", 20, 2, []string{flour + " 900g 2", butter + " 500g 2", "CHEESE-001 600g 3", sugar + " 160g", milk + " 300ml", eggs + " 3", yeast + " 25g"}, []step{{"Laminate and shape", 55, 40}, {"Fill and bake", 30, 40}}},
			{"Blueberry Muffins", "MUF-001", "3.40", 12, 4, []string{flour + " 400g", sugar + " 250g", butter + " 150g", eggs + " 3", milk + " 250ml", "BERRY-001 300g 5"}, []step{{"Mix the batter", 12, 24}, {"Bake", 12, 24}}},
			{"Almond Cookies", "COOK-001", "2.60", 48, 28, []string{flour + " 1.2kg", "ALM-001 900g 2", sugar + " 700g", butter + " 700g", eggs + " 6"}, []step{{"Mix", 15, 48}, {"Shape and bake", 45, 48}}},
			{"Oatmeal Cookies", "COOK-002", "2.20", 48, 28, []string{flour + " 800g", "OAT-001 900g", sugar + " 700g", butter + " 600g", eggs + " 6", "CINN-001 15g"}, []step{{"Mix", 12, 48}, {"Portion and bake", 40, 48}}},
			{"Sesame Bagel", "BAGEL-001", "2.40", 24, 2, []string{flour + " 2.4kg 2", water + " 1.3l", "SESAME-001 180g 5", yeast + " 30g", salt + " 45g", sugar + " 60g"}, []step{{"Knead and shape", 35, 48}, {"Boil and bake", 40, 48}}},
			{"Chocolate Cake", "CAKE-001", "44.00", 4, 4, []string{flour + " 1kg", "CHOC-001 800g 2", butter + " 700g", sugar + " 900g", eggs + " 16"}, []step{{"Bake the layers", 45, 4}, {"Fill and glaze", 40, 4}}},
			{"Carrot Cake", "CAKE-002", "32.00", 10, 5, []string{flour + " 2kg 2", sugar + " 1.5kg", eggs + " 30 4", butter + " 750g 2", "CINN-001 50g", "COOK-001 20"}, []step{{"Mix the batter", 12, 10}, {"Bake and cool", 45, 10}, {"Frost and finish", 10, 5}}},
		},
		reprices: []reprice{{19, eggs, "0.25"}, {15, butter, "9.10"}, {9, eggs, "0.23"}, {6, butter, "8.80"}, {3, flour, "1.25"}},
		customers: []customer{
			{"Harbor Street Café", "Nia Brandt", "48 Harbor Street", true, 1, 0, [2]int{6, 30}, true, map[string]int64{"PAST-001": 36, "MUF-001": 20, "BREAD-001": 10, "COOK-001": 24}},
			{"Northside Grocers", "Theo Malik", "1910 Clybourn Avenue", true, 1, 0, [2]int{6, 45}, true, map[string]int64{"BREAD-001": 40, "BREAD-002": 16, "BAGEL-001": 36}},
			{"Juniper & Rye Deli", "Ines Kowal", "212 Division Street", true, 2, 1, [2]int{8, 0}, true, map[string]int64{"BREAD-002": 12, "BAGEL-001": 30, "PAST-002": 18}},
			{"Lakeview School", "Priya Anand", "77 Roscoe Street", true, 2, 1, [2]int{7, 15}, true, map[string]int64{"COOK-002": 48, "MUF-001": 36}},
			{"O'Brien's Pub", "Sean O'Brien", "5 Kinzie Street", true, 3, 0, [2]int{15, 0}, true, map[string]int64{"BREAD-001": 14, "CAKE-001": 2}},
			{"Hotel Marquette", "Lena Fuchs", "900 Michigan Avenue", true, 2, 1, [2]int{5, 45}, true, map[string]int64{"PAST-001": 48, "PAST-002": 20, "CAKE-001": 1, "CAKE-002": 2}},
			{"Ada Winters", "", "31 Dearborn Street", false, 4, 1, [2]int{10, 30}, false, map[string]int64{"COOK-001": 12, "BREAD-002": 1}},
			{"Marco Reyes", "", "640 Taylor Street", false, 5, 1, [2]int{9, 0}, false, map[string]int64{"CAKE-001": 1, "PAST-001": 6}},
			{"Sofia Lind", "", "14 Elm Street", false, 3, 0, [2]int{14, 0}, false, map[string]int64{"MUF-001": 6, "COOK-002": 12}},
		},
		lists: []priceList{{"Cafés and bars", "Café prices", []string{"Harbor Street Café", "O'Brien's Pub"}, 5, []string{"BREAD-001 10 5.90", "PAST-001 1 3.00", "PAST-001 24 2.80", "MUF-001 12 3.10", "COOK-001 24 2.30"}}},
	}
}

func soapery() shop {
	const olive, coconut, shea, lye, lavender, citrus, box = "OIL-OLIVE", "OIL-COCO", "SHEA-01", "LYE-01", "EO-LAV", "EO-ORANGE", "BOX-SOAP"
	bar := []step{{"Weigh and melt", 30, 48}, {"Mix and pour", 40, 48}, {"Cut and stamp", 35, 48}, {"Box", 30, 48}}
	return shop{
		settings: settings.Settings{TaxMode: settings.Inclusive, TaxRate: 190_000, LeadTimeDays: 0, ShippingFlat: 4*money.Micro + 900_000, LaborHourlyRate: 21 * money.Micro, OverheadRate: 120_000,
			Retail: settings.Markup{Mode: settings.Percent, Value: 2_000_000, Ending: settings.Halves}},
		city: crm.Address{City: "Berlin", PostalCode: "10997", Country: "Germany"},
		materials: []material{
			{"Olive Oil", olive, "g", "6.80", "10 kg", "8 kg", 540, false},
			{"Coconut Oil", coconut, "g", "4.90", "10 kg", "5 kg", 720, false},
			{"Shea Butter", shea, "g", "9.60", "5 kg", "2 kg", 540, false},
			{"Sodium Hydroxide", lye, "g", "3.20", "5 kg", "2 kg", 0, false},
			{"Lavender Oil", lavender, "ml", "94.00", "250 ml", "100 ml", 720, true},
			{"Orange Oil", citrus, "ml", "31.00", "250 ml", "100 ml", 720, false},
			{"Oat Flour", "OAT-FINE", "g", "3.10", "2 kg", "500 g", 240, false},
			{"Activated Charcoal", "CHARCOAL", "g", "22.00", "500 g", "100 g", 0, false},
			{"Folding Box", box, "pcs", "0.24", "200", "150", 0, false},
		},
		products: []product{
			{"Lavender Soap", "SOAP-LAV", "7.90", 48, 720, []string{olive + " 2kg 1", coconut + " 1.4kg 1", shea + " 400g", lye + " 530g", lavender + " 110ml", box + " 48"}, bar},
			{"Orange & Oat Soap", "SOAP-OAT", "7.50", 48, 540, []string{olive + " 2.1kg 1", coconut + " 1.3kg 1", shea + " 300g", lye + " 525g", citrus + " 120ml", "OAT-FINE 180g", box + " 48"}, bar},
			{"Charcoal Face Soap", "SOAP-COAL", "8.90", 48, 720, []string{olive + " 2.2kg 1", coconut + " 1.1kg 1", shea + " 500g", lye + " 520g", "CHARCOAL 60g", box + " 48"}, bar},
			{"Kitchen Soap", "SOAP-KITCHEN", "5.90", 48, 720, []string{olive + " 1.6kg 1", coconut + " 2kg 1", lye + " 560g", citrus + " 60ml", box + " 48"}, bar},
		},
		customers: []customer{
			{"Hofladen Grün", "Mira Grün", "Lausitzer Straße 12", true, 4, 0, [2]int{10, 0}, true, map[string]int64{"SOAP-LAV": 24, "SOAP-OAT": 24}},
			{"Apotheke am Markt", "Dr. Paul Stein", "Marktplatz 3", true, 5, 1, [2]int{9, 30}, true, map[string]int64{"SOAP-COAL": 30, "SOAP-LAV": 18}},
			{"Hotel Spreeblick", "Anke Roth", "Uferweg 40", true, 3, 0, [2]int{8, 0}, true, map[string]int64{"SOAP-LAV": 48, "SOAP-KITCHEN": 12}},
			{"Küchenwerk", "Timo Brand", "Oranienstraße 185", true, 6, 3, [2]int{11, 0}, true, map[string]int64{"SOAP-KITCHEN": 36}},
			{"Elif Aydin", "", "Skalitzer Straße 7", false, 5, 0, [2]int{16, 0}, false, map[string]int64{"SOAP-OAT": 4, "SOAP-COAL": 2}},
		},
		lists: []priceList{{"Hotels", "Hotel prices", []string{"Hotel Spreeblick"}, 3, []string{"SOAP-LAV 24 7.20", "SOAP-LAV 48 6.90"}}},
	}
}

func roastery() shop {
	roast := []step{{"Roast and cool", 18, 60}, {"Weigh and seal", 45, 60}}
	return shop{
		settings: settings.Settings{TaxMode: settings.Exclusive, TaxRate: 0, ShippingFlat: 9 * money.Micro, LaborHourlyRate: 24 * money.Micro, OverheadRate: 180_000,
			Retail: settings.Markup{Mode: settings.Fixed, Value: 9 * money.Micro}},
		city: crm.Address{City: "Portland", Region: "OR", PostalCode: "97209", Country: "United States"},
		materials: []material{
			{"Green Ethiopia Guji", "GREEN-ETH", "g", "9.40", "30 kg", "20 kg", 300, true},
			{"Green Colombia Huila", "GREEN-COL", "g", "7.80", "30 kg", "20 kg", 300, false},
			{"Green Brazil Cerrado", "GREEN-BRA", "g", "6.10", "30 kg", "20 kg", 300, false},
			{"Bag, 340 g", "BAG-340", "pcs", "0.42", "250", "120", 0, false},
			{"Label", "LABEL-01", "pcs", "0.06", "500", "200", 0, false},
		},
		foods: roasteryFoods, labels: roasteryLabels, address: "40 Water Avenue\nPortland, OR 97214, United States",
		products: []product{
			{"Guji, light roast", "GUJI-340", "19.50", 60, 365, []string{"GREEN-ETH 20.4kg 16", "BAG-340 60", "LABEL-01 60 2"}, roast},
			{"Huila, medium roast", "HUILA-340", "17.00", 60, 365, []string{"GREEN-COL 20.4kg 17", "BAG-340 60", "LABEL-01 60 2"}, roast},
			{"North Star espresso", "NORTH-340", "16.00", 60, 365, []string{"GREEN-BRA 12.2kg 18", "GREEN-COL 8.2kg 18", "BAG-340 60", "LABEL-01 60 2"}, roast},
		},
		reprices: []reprice{{12, "GREEN-ETH", "10.20"}},
		customers: []customer{
			{"Pier 9 Coffee Bar", "Dana Holt", "9 Front Avenue", true, 3, 0, [2]int{8, 30}, true, map[string]int64{"NORTH-340": 60, "GUJI-340": 20}},
			{"Fern Bookshop", "Iris Nolan", "231 Burnside Street", true, 4, 0, [2]int{10, 0}, true, map[string]int64{"HUILA-340": 24, "GUJI-340": 12}},
			{"Alder Street Market", "Yusuf Karim", "77 Alder Street", true, 2, 0, [2]int{7, 30}, true, map[string]int64{"HUILA-340": 30, "NORTH-340": 30}},
			{"June Park", "", "18 Lovejoy Court", false, 6, 1, [2]int{12, 0}, false, map[string]int64{"GUJI-340": 2}},
		},
		lists: []priceList{{"Coffee bars", "Bar prices", []string{"Pier 9 Coffee Bar"}, 0, []string{"NORTH-340 30 14.50", "GUJI-340 12 18.00"}}},
		stall: "Market stall",
	}
}
