package inventory

import (
	"context"
	"errors"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"craftplan/internal/audit"
	"craftplan/internal/authz"
	"craftplan/internal/calendar"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/inventory/internal/db"
	"craftplan/internal/money"
	"craftplan/internal/quantity"
	"craftplan/internal/search"
	"craftplan/internal/store"
)

// Material is something bought and used up.
type Material struct {
	ID id.ID
	Details
	Cost       money.Amount // what recipes reckon one stock unit with: by the cost method, the price or what was paid
	OnHand     quantity.Quantity
	Lots       int64
	InRecipes  bool // a recipe counts in its unit
	ArchivedAt *calendar.Instant
}

// Details are what people enter about a material. Field names in errors are name, sku, unit, price, minimum, maximum, category, density,
// supplier, supplier_code, lead_days, packs.0.name, packs.0.quantity, notes and tags.
type Details struct {
	Name, SKU              string
	Unit                   quantity.Unit
	Price                  money.Amount // of one stock unit, as typed; withheld from who sees no costs, and then kept as it is by a change
	Minimum                *quantity.Quantity
	Maximum                *quantity.Quantity
	Category               string
	Density                int64 // millionths of a gram per millilitre; 0 is not known
	Supplier, SupplierCode string
	LeadDays               *int64
	Packs                  []quantity.Pack // the usual one first
	Notes                  string
	Tags                   []string // in lower case, sorted, each once
}

// Measure is how amounts of the material are written.
func (d Details) Measure() quantity.Measure {
	return quantity.Measure{Unit: d.Unit, Density: d.Density, Packs: d.Packs}
}

// skuForm is what fits into an address and a batch code.
var skuForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,49}$`)

// CheckSKU tells whether the text may be a SKU, in words for the field.
func CheckSKU(sku string) error {
	if !skuForm.MatchString(sku) || sku == "new" {
		return fault.Invalid("sku", "Use 1 to 50 letters, digits, points, hyphens and underscores, such as FLOUR-001.")
	}
	return nil
}

// CheckName tells whether the text may be a name of 1 to 120 printable characters, in words for the field.
func CheckName(name string) error {
	switch {
	case name == "":
		return fault.Invalid("name", "Enter a name.")
	case utf8.RuneCountInString(name) > 120:
		return fault.Invalid("name", "Use at most 120 characters.")
	case strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }):
		return fault.Invalid("name", "Use printable characters only.")
	}
	return nil
}

// Validate tells what is wrong with the fields and returns them cleaned.
func (d Details) Validate() (Details, error) {
	var p fault.Problems
	d.Name = strings.Join(strings.Fields(d.Name), " ")
	d.SKU = strings.TrimSpace(d.SKU)
	d.Notes = strings.TrimSpace(d.Notes)
	_ = p.Merge(CheckName(d.Name)) // only Invalid faults
	_ = p.Merge(CheckSKU(d.SKU))
	if _, err := quantity.ParseUnit(string(d.Unit)); err != nil {
		p.Add("unit", err.Error())
	}
	if d.Price < 0 || d.Price > money.Max {
		p.Add("price", "Enter a price that is not negative.")
	}
	if d.Minimum != nil && d.Maximum != nil && *d.Maximum < *d.Minimum {
		p.Addf("maximum", "Must be at least the minimum, %s.", quantity.Input(*d.Minimum, d.Unit))
	}
	if utf8.RuneCountInString(d.Notes) > 2000 {
		p.Add("notes", "Use at most 2000 characters.")
	}
	d.Category, d.Supplier, d.SupplierCode = strings.Join(strings.Fields(d.Category), " "), strings.TrimSpace(d.Supplier), strings.TrimSpace(d.SupplierCode)
	for field, text := range map[string]string{"category": d.Category, "supplier": d.Supplier, "supplier_code": d.SupplierCode} {
		if utf8.RuneCountInString(text) > maxSupplier {
			p.Addf(field, "Use at most %d characters.", maxSupplier)
		}
	}
	if d.Density < 0 || d.Density > 100*money.Micro || d.Density > 0 && d.Unit == quantity.Piece {
		p.Add("density", "Enter grams per millilitre, such as 0.92, for what is weighed or poured.")
	}
	if d.LeadDays != nil && (*d.LeadDays < 0 || *d.LeadDays > 3650) {
		p.Add("lead_days", "Enter 0 to 3650 days.")
	}
	d.checkPacks(&p)
	d.checkTags(&p)
	return d, p.Err()
}

const maxPacks = 10

func (d Details) checkPacks(p *fault.Problems) {
	seen := map[string]bool{}
	for i, pack := range d.Packs {
		name := "packs." + strconv.Itoa(i) + ".name"
		if err := quantity.CheckPackName(pack.Name); err != nil {
			p.Add(name, err.Error())
		}
		if folded := strings.ToLower(pack.Name); seen[folded] || i >= maxPacks {
			p.Add(name, "Name each pack once, at most ten.")
		} else {
			seen[folded] = true
		}
		if pack.Quantity <= 0 || pack.Quantity > quantity.Max {
			p.Add("packs."+strconv.Itoa(i)+".quantity", "Enter how much one holds, such as 25 kg.")
		}
	}
}

func (d Details) searchText() string { return search.Fold(d.Name, d.SKU) }

// Get reads the material with a SKU.
func Get(ctx context.Context, tx *store.Tx, sku string) (Material, error) {
	if err := tx.Require(authz.InventoryRead); err != nil {
		return Material{}, err
	}
	row, err := db.For(tx).GetMaterial(ctx, db.GetMaterialIn{Sku: sku})
	if err = store.Translate(err); fault.Is(err, fault.KindNotFound) {
		return Material{}, fault.NotFound("material")
	}
	if err != nil {
		return Material{}, err
	}
	d := Details{Name: row.Name, SKU: row.Sku, Unit: quantity.Unit(row.Unit), Price: tx.Cost(row.ManualPrice), Minimum: row.MinimumStock, Maximum: row.MaximumStock, Category: row.Category, Density: row.Density,
		Supplier: row.Supplier, SupplierCode: row.SupplierCode, LeadDays: row.LeadTimeDays, Notes: row.Notes, Tags: splitTags(row.Tags)}
	d.Packs, err = packsOf(ctx, tx, row.ID)
	return Material{ID: row.ID, Details: d, Cost: tx.Cost(row.Price), OnHand: row.OnHand, Lots: row.LotCount, InRecipes: row.UnitFixed, ArchivedAt: row.ArchivedAt}, err
}

func packsOf(ctx context.Context, tx *store.Tx, material id.ID) ([]quantity.Pack, error) {
	rows, err := db.For(tx).PacksOf(ctx, db.PacksOfIn{MaterialID: material})
	packs := make([]quantity.Pack, len(rows))
	for i, r := range rows {
		packs[i] = quantity.Pack(r)
	}
	return packs, err
}

func (m Material) savePacks(ctx context.Context, tx *store.Tx) error {
	if err := db.For(tx).DeletePacks(ctx, db.DeletePacksIn{MaterialID: m.ID}); err != nil {
		return err
	}
	return m.addPacks(ctx, tx)
}

func (m Material) addPacks(ctx context.Context, tx *store.Tx) error {
	for i, p := range m.Packs {
		if err := db.For(tx).CreatePack(ctx, db.CreatePackIn{MaterialID: m.ID, Position: int64(i), Name: p.Name, Quantity: p.Quantity}); err != nil {
			return err
		}
	}
	return nil
}

// MeasureOf is how amounts of an item are written.
func MeasureOf(ctx context.Context, tx *store.Tx, item Item) (quantity.Measure, error) {
	if err := tx.Require(authz.InventoryRead); err != nil {
		return quantity.Measure{}, err
	}
	m := quantity.Measure{Unit: item.Unit}
	if item.Kind != OfMaterial {
		return m, nil
	}
	var err error
	if m.Density, err = db.For(tx).DensityOf(ctx, db.DensityOfIn{ID: item.ID}); err != nil {
		return m, err
	}
	m.Packs, err = packsOf(ctx, tx, item.ID)
	return m, err
}

// FixUnits notes that recipes count in the units of materials, which therefore stay. The verb asked that writes the recipe.
func FixUnits(ctx context.Context, tx *store.Tx, materials []id.ID) error {
	_, err := db.For(tx).FixUnits(ctx, db.FixUnitsIn{Column2: store.List(materials)})
	return err
}

// Delete removes a material that was never used; one with a history is archived instead.
func Delete(ctx context.Context, tx *store.Tx, sku string) error {
	if err := tx.Require(authz.Archive); err != nil {
		return err
	}
	m, err := Get(ctx, tx, sku)
	if err != nil {
		return err
	}
	_, err = db.For(tx).DeleteMaterial(ctx, db.DeleteMaterialIn{ID: m.ID})
	if err = store.Translate(err); errors.Is(err, store.ErrReference) {
		return fault.Conflict(m.Name + " has a history, or a recipe uses it. Archive it instead.")
	}
	if err != nil {
		return err
	}
	return m.record(ctx, tx, audit.Removed, audit.Fields{"Name": m.Name, "SKU": m.SKU}, nil)
}

// Categories are the categories that materials are in.
func Categories(ctx context.Context, tx *store.Tx) ([]string, error) {
	if err := tx.Require(authz.InventoryRead); err != nil {
		return nil, err
	}
	return db.For(tx).Categories(ctx)
}

// fields are what the audit log tells of the material.
func (d Details) fields() audit.Fields {
	return audit.Fields{"Name": d.Name, "SKU": d.SKU, "Unit": string(d.Unit), "Price of a " + string(d.Unit): audit.Cost(d.Price)}
}

// record keeps a change of the material.
func (m Material) record(ctx context.Context, tx *store.Tx, action audit.Action, was, became audit.Fields) error {
	return audit.Record(ctx, tx, audit.Change{Action: action, Kind: audit.Material, Record: m.SKU, Was: was, Became: became})
}

func (m Material) item() Item { return Item{m.ID, OfMaterial, m.Name, m.SKU, m.Unit} }

// Create adds a material, with what is on the shelf already as its first lot.
func Create(ctx context.Context, tx *store.Tx, d Details, opening *Receipt) (Material, error) {
	if err := tx.Require(authz.InventoryWrite); err != nil {
		return Material{}, err
	}
	if !tx.SeesCosts() {
		d.Price = 0 // until somebody enters it who may
	}
	d, err := d.Validate()
	if err != nil {
		return Material{}, err
	}
	m := Material{ID: id.New(), Details: d, Cost: d.Price}
	if err := unused(ctx, tx, m); err != nil {
		return Material{}, err
	}
	if err := m.create(ctx, tx); err != nil {
		return m, err
	}
	if err := m.record(ctx, tx, audit.Added, nil, d.fields()); err != nil || opening == nil {
		return m, err
	}
	opening.Kind, opening.ItemID = Opening, m.ID
	if _, err = Receive(ctx, tx, *opening); err != nil {
		return m, err
	}
	return Get(ctx, tx, m.SKU)
}

// create writes a material that was checked.
func (m Material) create(ctx context.Context, tx *store.Tx) error {
	d := m.Details
	err := db.For(tx).CreateMaterial(ctx, db.CreateMaterialIn{ID: m.ID, Name: d.Name, Sku: d.SKU, Unit: string(d.Unit), Price: d.Price, MinimumStock: d.Minimum, MaximumStock: d.Maximum,
		Category: d.Category, Density: d.Density, Supplier: d.Supplier, SupplierCode: d.SupplierCode, LeadTimeDays: d.LeadDays, Notes: d.Notes, Tags: joinTags(d.Tags), SearchText: d.searchText(), CreatedAt: tx.Now(), CreatedBy: tx.Actor().UserID})
	if err != nil {
		return err
	}
	if err := m.addPacks(ctx, tx); err != nil {
		return err
	}
	return Keep(ctx, tx, m.item())
}

// Changed is the material with other details, checked but for what other materials are called.
func (m Material) Changed(d Details) (Material, error) {
	d, err := d.Validate()
	if err != nil {
		return Material{}, err
	}
	if d.Unit != m.Unit && (m.Lots > 0 || m.InRecipes) {
		return Material{}, fault.Invalid("unit", "The unit is fixed: stock or recipes are counted in it.")
	}
	m.Details = d
	return m, nil
}

// update writes a material that was checked, but for its packs.
func (m Material) update(ctx context.Context, tx *store.Tx) error {
	d := m.Details
	_, err := db.For(tx).UpdateMaterial(ctx, db.UpdateMaterialIn{ID: m.ID, Name: d.Name, Sku: d.SKU, Unit: string(d.Unit), ManualPrice: d.Price, MinimumStock: d.Minimum, MaximumStock: d.Maximum,
		Category: d.Category, Density: d.Density, Supplier: d.Supplier, SupplierCode: d.SupplierCode, LeadTimeDays: d.LeadDays, Notes: d.Notes, Tags: joinTags(d.Tags), SearchText: d.searchText(), UpdatedAt: tx.Now(), UpdatedBy: tx.Actor().UserID})
	if err != nil {
		return err
	}
	return Keep(ctx, tx, m.item())
}

// Update changes a material. Its unit is fixed once there are lots, or recipes that count in it: their quantities would mean something
// else.
func Update(ctx context.Context, tx *store.Tx, sku string, d Details) (Material, error) {
	if err := tx.Require(authz.InventoryWrite); err != nil {
		return Material{}, err
	}
	m, err := Get(ctx, tx.Reckoning(), sku)
	if err != nil {
		return Material{}, err
	}
	if !tx.SeesCosts() {
		d.Price = m.Price
	}
	was := m
	if m, err = m.Changed(d); err != nil {
		return Material{}, err
	}
	if err := unused(ctx, tx, m); err != nil {
		return Material{}, err
	}
	err = m.update(ctx, tx)
	if err == nil && m.Price != was.Price {
		err = reprice(ctx, tx, m.ID)
	}
	if err != nil {
		return m, err
	}
	if err := was.record(ctx, tx, audit.Changed, was.fields(), m.fields()); err != nil {
		return m, err
	}
	m.Price, m.Cost = tx.Cost(m.Price), tx.Cost(m.Cost)
	return m, m.savePacks(ctx, tx)
}

// unused says which of name and SKU another material has. The unique keys stay the judge when two add the same at once.
func unused(ctx context.Context, tx *store.Tx, m Material) error {
	taken, err := db.For(tx).MaterialTaken(ctx, db.MaterialTakenIn{ID: m.ID, Sku: m.SKU, Name: m.Name})
	if err != nil {
		return err
	}
	var p fault.Problems
	if taken.SameSku > 0 {
		p.Add("sku", "Another material has this SKU.")
	}
	if taken.SameName > 0 {
		p.Add("name", "Another material has this name.")
	}
	return p.Err()
}

// Archive hides a material from lists and choices.
func Archive(ctx context.Context, tx *store.Tx, sku string) error {
	if err := tx.Require(authz.Archive); err != nil {
		return err
	}
	now := tx.Now()
	return setArchived(ctx, tx, sku, &now, audit.Archived)
}

// Restore brings an archived material back.
func Restore(ctx context.Context, tx *store.Tx, sku string) error {
	if err := tx.Require(authz.Archive); err != nil {
		return err
	}
	return setArchived(ctx, tx, sku, nil, audit.Restored)
}

func setArchived(ctx context.Context, tx *store.Tx, sku string, at *calendar.Instant, action audit.Action) error {
	m, err := Get(ctx, tx, sku)
	if err != nil {
		return err
	}
	_, err = db.For(tx).SetMaterialArchived(ctx, db.SetMaterialArchivedIn{ID: m.ID, ArchivedAt: at, UpdatedAt: tx.Now(), UpdatedBy: tx.Actor().UserID})
	if err != nil {
		return err
	}
	return m.record(ctx, tx, action, nil, nil)
}

// Filter chooses and orders materials.
type Filter struct {
	Query    string
	Archived bool
	Category string // "" is any
	Tag      string // "" is any
	Low      bool   // less can be used than the minimum
	Over     bool   // more is there than the maximum
	Expiring bool
	Down     bool // by name, from Z
	ByExpiry bool // the soonest first
	Limit    int64
	Offset   int64
}

// Listed is one row of the list.
type Listed struct {
	ID         id.ID
	Name, SKU  string
	Unit       quantity.Unit
	Price      money.Amount
	Minimum    *quantity.Quantity
	Maximum    *quantity.Quantity
	Category   string
	Tags       []string
	OnHand     quantity.Quantity
	Withheld   quantity.Quantity // of it, in lots that are held or expired
	Lots       int64
	NextExpiry *calendar.Date
}

// Low tells whether less can be used than the minimum.
func (l Listed) Low() bool { return l.Minimum != nil && l.OnHand-l.Withheld < *l.Minimum }

// Over tells whether more is there than the maximum, usable or not: it takes the room.
func (l Listed) Over() bool { return l.Maximum != nil && l.OnHand > *l.Maximum }

// Over tells whether more is there than the maximum, usable or not.
func (m Material) Over() bool { return m.Maximum != nil && m.OnHand > *m.Maximum }

// List reads one page of materials and how many there are in all.
func List(ctx context.Context, tx *store.Tx, f Filter) ([]Listed, int64, error) {
	if err := tx.Require(authz.InventoryRead); err != nil {
		return nil, 0, err
	}
	in := db.ListMaterialsIn{Today: new(tx.Today()), Archived: f.Archived, Pattern: search.Pattern(f.Query), Category: f.Category, Tag: tagPattern(f.Tag), Low: f.Low, Over: f.Over, CountOf: int32(f.Limit), Skip: int32(f.Offset)}
	if f.Expiring {
		horizon, err := Horizon(ctx, tx)
		if err != nil {
			return nil, 0, err
		}
		in.Until = &horizon
	}
	total, err := f.count(ctx, tx, in)
	if err != nil {
		return nil, 0, err
	}
	rows, err := f.rows(ctx, tx, in)
	list := make([]Listed, len(rows))
	for i, r := range rows {
		list[i] = Listed{r.ID, r.Name, r.Sku, quantity.Unit(r.Unit), tx.Cost(r.Price), r.MinimumStock, r.MaximumStock, r.Category, splitTags(r.Tags), r.OnHand, r.Withheld, r.Lots, expiry(r.ExpiresOn)}
	}
	return list, total, err
}

// count needs to look at stock only where the filter does.
func (f Filter) count(ctx context.Context, tx *store.Tx, in db.ListMaterialsIn) (int64, error) {
	if !f.Low && !f.Over && !f.Expiring {
		return db.For(tx).CountMaterials(ctx, db.CountMaterialsIn{Archived: in.Archived, Pattern: in.Pattern, Category: in.Category, Tag: in.Tag})
	}
	return db.For(tx).CountMaterialsByStock(ctx, db.CountMaterialsByStockIn{Today: in.Today, Archived: in.Archived, Pattern: in.Pattern, Category: in.Category, Tag: in.Tag, Low: in.Low, Over: in.Over, Until: in.Until})
}

func (f Filter) rows(ctx context.Context, tx *store.Tx, in db.ListMaterialsIn) (rows []db.ListMaterialsRow, err error) {
	switch {
	case f.ByExpiry:
		other, err := db.For(tx).ListMaterialsByExpiry(ctx, db.ListMaterialsByExpiryIn(in))
		for _, r := range other {
			rows = append(rows, db.ListMaterialsRow(r))
		}
		return rows, err
	case f.Down:
		other, err := db.For(tx).ListMaterialsDown(ctx, db.ListMaterialsDownIn(in))
		for _, r := range other {
			rows = append(rows, db.ListMaterialsRow(r))
		}
		return rows, err
	}
	return db.For(tx).ListMaterials(ctx, in)
}

// expiry is nil for the date that stands for none in the query.
func expiry(d calendar.Date) *calendar.Date {
	if d.Year() == 9999 {
		return nil
	}
	return &d
}

// Option is a material as recipes choose and price it.
type Option struct {
	ID        id.ID
	Name, SKU string
	Unit      quantity.Unit
	Price     money.Amount // of one stock unit
	Density   int64        // millionths of a gram per millilitre; 0 is not known
}

// Measure is how amounts of it are written.
func (o Option) Measure() quantity.Measure { return quantity.Measure{Unit: o.Unit, Density: o.Density} }

// Options are all materials that are not archived, by name.
func Options(ctx context.Context, tx *store.Tx) ([]Option, error) {
	if err := tx.Require(authz.InventoryRead); err != nil {
		return nil, err
	}
	rows, err := db.For(tx).AllMaterials(ctx)
	options := make([]Option, len(rows))
	for i, r := range rows {
		options[i] = Option{r.ID, r.Name, r.Sku, quantity.Unit(r.Unit), tx.Cost(r.Price), r.Density}
	}
	return options, err
}

// ByID reads some materials, archived ones too.
func ByID(ctx context.Context, tx *store.Tx, ids []id.ID) (map[id.ID]Option, error) {
	if err := tx.Require(authz.InventoryRead); err != nil {
		return nil, err
	}
	rows, err := db.For(tx).MaterialsByID(ctx, db.MaterialsByIDIn{Ids: store.List(ids)})
	found := map[id.ID]Option{}
	for _, r := range rows {
		found[r.ID] = Option{r.ID, r.Name, r.Sku, quantity.Unit(r.Unit), tx.Cost(r.Price), r.Density}
	}
	return found, err
}
