package audit

// Action is what was done, in one word of a fixed vocabulary; the kind of the record says to what.
type Action string

// The actions.
const (
	Added        Action = "added"
	Changed      Action = "changed"
	Removed      Action = "removed"
	Archived     Action = "archived"
	Restored     Action = "restored"
	Invited      Action = "invited"
	Revoked      Action = "revoked"
	Declined     Action = "declined"
	Joined       Action = "joined"
	Left         Action = "left"
	Suspended    Action = "suspended"
	Resumed      Action = "resumed"
	Connected    Action = "connected"
	Disconnected Action = "disconnected"
	Rotated      Action = "rotated"
	Published    Action = "published"
	Moved        Action = "moved" // from one status to another
	Adjusted     Action = "adjusted"
	Reversed     Action = "reversed"
	Approved     Action = "approved"
	Cancelled    Action = "cancelled"
	Imported     Action = "imported"
	Exported     Action = "exported" // all of the organization
	Closing      Action = "closing"
	Reopened     Action = "reopened"
	Granted      Action = "granted"
	Entered      Action = "entered"
)

// Actions are all of them with the words for people, in the order they are offered.
var Actions = []Word[Action]{
	{Added, "Added"}, {Changed, "Changed"}, {Removed, "Removed"}, {Archived, "Archived"}, {Restored, "Restored"},
	{Invited, "Invited"}, {Revoked, "Revoked"}, {Declined, "Declined"}, {Joined, "Joined"}, {Left, "Left"}, {Suspended, "Suspended"}, {Resumed, "Resumed"},
	{Connected, "Connected"}, {Disconnected, "Disconnected"}, {Rotated, "New secret"},
	{Published, "Published"}, {Moved, "Status changed"}, {Adjusted, "Adjusted"}, {Reversed, "Taken back"}, {Approved, "Approved"}, {Cancelled, "Cancelled"}, {Imported, "Imported"}, {Exported, "Exported"}, {Closing, "Closing"}, {Reopened, "Closing cancelled"}, {Granted, "Let in"}, {Entered, "Came in"},
}

// Kind is what kind of record was changed.
type Kind string

// The kinds.
const (
	Organization  Kind = "organization"
	Member        Kind = "member"
	Invitation    Kind = "invitation"
	Key           Kind = "key"
	Provider      Kind = "provider"
	Settings      Kind = "settings"
	StockSettings Kind = "stock settings"
	LabelSettings Kind = "label settings"
	MailSettings  Kind = "mail settings"
	Allergen      Kind = "allergen"
	Nutrient      Kind = "nutrient"
	Location      Kind = "location"
	Customer      Kind = "customer"
	CustomerGroup Kind = "customer group"
	PriceList     Kind = "price list"
	Material      Kind = "material"
	Product       Kind = "product"
	Recipe        Kind = "recipe"
	Lot           Kind = "lot"
	Count         Kind = "count"
	Order         Kind = "order"
	Batch         Kind = "batch"
	Import        Kind = "import"
	SupportAccess Kind = "support access"
)

// Kinds are all of them with the words for people, in the order they are offered.
var Kinds = []Word[Kind]{
	{Organization, "Organization"}, {Member, "Member"}, {Invitation, "Invitation"}, {Key, "API key"}, {Provider, "Sign-in provider"},
	{Settings, "Settings"}, {StockSettings, "Stock settings"}, {LabelSettings, "Label settings"}, {MailSettings, "Mail settings"},
	{Allergen, "Allergen"}, {Nutrient, "Nutrient"}, {Location, "Location"},
	{Material, "Material"}, {Product, "Product"}, {Recipe, "Recipe"}, {Lot, "Lot"}, {Count, "Count"}, {Order, "Order"}, {Batch, "Batch"}, {Import, "Import"}, {SupportAccess, "Support access"},
	{Customer, "Customer"}, {CustomerGroup, "Customer group"}, {PriceList, "Price list"},
}

// Word is one of a vocabulary as people read it.
type Word[T ~string] struct {
	Value T
	Label string
}

func label[T ~string](words []Word[T], value T) string {
	for _, w := range words {
		if w.Value == value {
			return w.Label
		}
	}
	return string(value)
}

// Label is the action for people.
func (a Action) Label() string { return label(Actions, a) }

// Label is the kind for people.
func (k Kind) Label() string { return label(Kinds, k) }
