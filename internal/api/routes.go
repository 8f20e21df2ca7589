package api

import "craftplan/internal/authz"

// Route is one entry of the table. Tests walk it: what is not in it is not served. Every route needs a key of the organization in the
// path, and the permission, unless that is "", which every key has.
type Route struct {
	Method, Pattern string
	Permission      authz.Permission
	Handler         func(*Request) error
}

// Prefix is what every address of the API begins with.
const Prefix = "/api/"

func at(method, pattern string, p authz.Permission, h func(*Request) error) Route {
	return Route{method, Prefix + "v1/{organization}" + pattern, p, h}
}

// Routes is the table of all addresses.
func Routes() []Route {
	return []Route{
		at("GET", "", "", showOrganization),

		at("GET", "/customers", authz.CustomersRead, listCustomers),
		at("POST", "/customers", authz.CustomersWrite, createCustomer),
		at("GET", "/customers/{reference}", authz.CustomersRead, showCustomer),
		at("PATCH", "/customers/{reference}", authz.CustomersWrite, updateCustomer),

		at("GET", "/materials", authz.InventoryRead, listMaterials),
		at("GET", "/materials/{sku}", authz.InventoryRead, showMaterial),

		at("GET", "/products", authz.CatalogRead, listProducts),
		at("GET", "/products/{sku}", authz.CatalogRead, showProduct),

		at("GET", "/price-lists", authz.CatalogRead, listPriceLists),
		at("GET", "/price-lists/{list}", authz.CatalogRead, showPriceList),

		at("GET", "/orders", authz.OrdersRead, listOrders),
		at("GET", "/orders/{reference}", authz.OrdersRead, showOrder),
	}
}
