package web

import (
	"slices"

	"craftplan/internal/authz"
)

// Access says who reaches a route at all.
type Access string

// The kinds of access.
const (
	Anyone    Access = "anyone"    // signed in or not, outside any organization
	People    Access = "people"    // signed in, outside any organization
	Members   Access = "members"   // active members of the organization in the path
	Operators Access = "operators" // who may read the mails that are kept; for others there is nothing
)

// Route is one entry of the table. Tests walk it: what is not in it is not served.
type Route struct {
	Method, Pattern string
	Access          Access
	Permission      authz.Permission // needed by Members
	Handler         func(*Request) error
	Upload          int64 // bytes of the file that it takes, when it takes one
}

func anyone(method, pattern string, h func(*Request) error) Route {
	return Route{Method: method, Pattern: pattern, Access: Anyone, Handler: h}
}

func person(method, pattern string, h func(*Request) error) Route {
	return Route{Method: method, Pattern: pattern, Access: People, Handler: h}
}

func operator(pattern string, h func(*Request) error) Route {
	return Route{Method: "GET", Pattern: pattern, Access: Operators, Handler: h}
}

func get(pattern string, p authz.Permission, h func(*Request) error) Route {
	return Route{Method: "GET", Pattern: "/{organization}" + pattern, Access: Members, Permission: p, Handler: h}
}

func post(pattern string, p authz.Permission, h func(*Request) error) Route {
	return Route{Method: "POST", Pattern: "/{organization}" + pattern, Access: Members, Permission: p, Handler: h}
}

// upload is post with a file of at most so many bytes.
func upload(pattern string, p authz.Permission, most int64, h func(*Request) error) Route {
	r := post(pattern, p, h)
	r.Upload = most
	return r
}

// Routes is the table of all pages.
func Routes() []Route { return slices.Concat(pages(), exports(), importKinds()) }

func pages() []Route {
	return []Route{
		anyone("GET", "/{$}", home),
		anyone("GET", "/register", newOrganization),
		anyone("POST", "/register", createOrganization),
		anyone("GET", "/register/slug", checkSlug),
		anyone("GET", "/register/sent", showPending),
		anyone("POST", "/register/sent", resendPending),
		anyone("GET", "/register/confirmation/{token}", showConfirmation),
		anyone("POST", "/register/confirmation/{token}", confirmSignUp),
		anyone("GET", "/password", newPasswordRequest),
		anyone("POST", "/password", createPasswordRequest),
		anyone("GET", "/password/{token}", showPasswordLink),
		anyone("POST", "/password/{token}", resetPassword),
		operator("/mailbox", showMailbox),
		operator("/mailbox/{mail}", showKeptMail),
		operator("/mailbox/{mail}/page", showKeptPage),
		anyone("GET", "/login", newSession),
		anyone("POST", "/login", createSession),
		anyone("POST", "/login/passkey/question", askPasskey),
		anyone("POST", "/login/passkey", enterWithPasskey),
		anyone("GET", "/login/second", newStep),
		anyone("POST", "/login/second", createStep),
		anyone("POST", "/login/second/passkey/question", askPasskeyStep),
		anyone("POST", "/login/second/passkey", finishWithPasskey),
		anyone("POST", "/logout", deleteSession),
		anyone("GET", "/login/sso", newProviderSession),
		anyone("POST", "/login/sso", beginProviderSession),
		anyone("GET", "/login/sso/callback/{organization}", finishProviderSession),
		anyone("GET", "/login/sso/sent", showConnectionSent),
		anyone("GET", "/login/sso/connection/{token}", showConnection),
		anyone("POST", "/login/sso/connection/{token}", createConnection),
		anyone("GET", "/invitations/{token}", showInvitation),
		anyone("POST", "/invitations/{token}", acceptInvitation),
		anyone("POST", "/invitations/{token}/refusal", declineInvitation),
		person("GET", "/account", showAccount),
		person("POST", "/account", updateAccount),
		person("POST", "/account/password", changePassword),
		person("POST", "/account/email", changeEmail),
		anyone("GET", "/account/email/{token}", showEmailLink),
		anyone("POST", "/account/email/{token}", confirmEmail),
		anyone("GET", "/account/digests/{token}", showDigestLink),
		anyone("POST", "/account/digests/{token}", stopDigest),
		person("GET", "/account/authenticator", showAuthenticator),
		person("POST", "/account/authenticator", beginAuthenticator),
		person("POST", "/account/authenticator/confirmation", confirmAuthenticator),
		person("POST", "/account/authenticator/removal", removeAuthenticator),
		person("GET", "/account/recovery", showRecovery),
		person("POST", "/account/recovery", createRecoveryCodes),
		person("GET", "/account/passkeys/new", newPasskey),
		person("POST", "/account/passkeys", beginPasskey),
		person("GET", "/account/passkeys/creation", showPasskeyCreation),
		person("POST", "/account/passkeys/creation", createPasskey),
		person("GET", "/account/passkeys/{passkey}", showPasskey),
		person("POST", "/account/passkeys/{passkey}", renamePasskey),
		person("POST", "/account/passkeys/{passkey}/removal", removePasskey),
		person("GET", "/support", listHelps),
		person("POST", "/support/{helped}/entry", enterSupport),
		person("POST", "/account/sessions/others/end", endOtherSessions),
		person("POST", "/account/sessions/{session}/end", endSession),

		get("/brand.css", authz.SettingsRead, showBrand),
		get("/logo", authz.SettingsRead, showLogo),
		get("/{$}", authz.OrdersRead, showOverview),
		get("/settings", authz.SettingsRead, showSettings),
		post("/settings", authz.SettingsWrite, updateSettings),
		get("/settings/costs", authz.CostsRead, showCostSettings),
		post("/settings/costs", authz.SettingsWrite, updateCostSettings),
		get("/settings/organization", authz.OrganizationControl, showOrganization),
		post("/settings/organization", authz.OrganizationControl, updateOrganization),
		upload("/settings/organization/logo", authz.OrganizationControl, maxPicture, changeLogo),
		post("/settings/organization/logo/removal", authz.OrganizationControl, removeLogo),
		post("/settings/organization/second-factor", authz.OrganizationControl, requireSecondFactor),
		get("/settings/organization/support", authz.OrganizationControl, showSupport),
		post("/settings/organization/support", authz.OrganizationControl, grantSupport),
		post("/settings/organization/support/end", authz.OrganizationControl, endSupport),
		get("/settings/organization/closing", authz.OrganizationControl, showClosing),
		post("/settings/organization/closing", authz.OrganizationControl, closeOrganization),
		post("/settings/organization/closing/cancellation", authz.SettingsRead, cancelClosing),
		get("/settings/export", authz.Takeout, showTakeouts),
		post("/settings/export", authz.Takeout, askForTakeout),
		post("/settings/export/{takeout}/download", authz.Takeout, downloadTakeout),
		post("/settings/export/{takeout}/stop", authz.Takeout, stopTakeout),
		post("/settings/export/{takeout}/removal", authz.Takeout, removeTakeout),
		post("/settings/departure", authz.OrdersRead, leave),
		get("/settings/stock", authz.SettingsRead, showStockSettings),
		post("/settings/stock", authz.SettingsWrite, updateStockSettings),
		get("/settings/digest", authz.InventoryRead, showDigest),
		post("/settings/digest", authz.InventoryRead, chooseDigest),
		get("/settings/locations", authz.InventoryRead, showLocations),
		post("/settings/locations", authz.SettingsWrite, createLocation),
		post("/settings/locations/defaults", authz.SettingsWrite, updateHomes),
		post("/settings/locations/{location}/name", authz.SettingsWrite, renameLocation),
		post("/settings/locations/{location}/archive", authz.SettingsWrite, archiveLocation),
		post("/settings/locations/{location}/restoration", authz.SettingsWrite, restoreLocation),
		get("/settings/food", authz.InventoryRead, showFood),
		post("/settings/food/labels", authz.SettingsWrite, updateLabels),
		post("/settings/food/allergens", authz.SettingsWrite, createAllergen),
		post("/settings/food/allergens/{allergen}/name", authz.SettingsWrite, renameAllergen),
		post("/settings/food/allergens/{allergen}/archive", authz.SettingsWrite, archiveAllergen),
		post("/settings/food/allergens/{allergen}/restoration", authz.SettingsWrite, restoreAllergen),
		post("/settings/food/nutrients", authz.SettingsWrite, createNutrient),
		post("/settings/food/nutrients/{nutrient}/name", authz.SettingsWrite, renameNutrient),
		post("/settings/food/nutrients/{nutrient}/archive", authz.SettingsWrite, archiveNutrient),
		post("/settings/food/nutrients/{nutrient}/restoration", authz.SettingsWrite, restoreNutrient),
		get("/settings/mail", authz.SettingsWrite, showMailSettings),
		post("/settings/mail", authz.SettingsWrite, updateMailSettings),
		post("/settings/mail/test", authz.SettingsWrite, testMail),
		get("/settings/sign-in", authz.OrganizationControl, showProvider),
		post("/settings/sign-in", authz.OrganizationControl, updateProvider),
		post("/settings/sign-in/test", authz.OrganizationControl, testProvider),
		post("/settings/sign-in/removal", authz.OrganizationControl, removeProvider),
		get("/settings/audit", authz.AuditRead, listAudit),
		get("/settings/keys", authz.KeysWrite, listKeys),
		get("/settings/keys/new", authz.KeysWrite, newKey),
		post("/settings/keys", authz.KeysWrite, createKey),
		post("/settings/keys/{key}/rotation", authz.KeysWrite, rotateKey),
		post("/settings/keys/{key}/revocation", authz.KeysWrite, revokeKey),
		get("/settings/members", authz.MembersWrite, listMembers),
		post("/settings/members/invitations", authz.MembersWrite, createInvitation),
		post("/settings/members/invitations/{invitation}/resending", authz.MembersWrite, resendInvitation),
		post("/settings/members/invitations/{invitation}/revocation", authz.MembersWrite, revokeInvitation),
		post("/settings/members/{user}/role", authz.MembersWrite, changeRole),
		post("/settings/members/{user}/costs", authz.MembersWrite, changeCosts),
		post("/settings/members/{user}/suspension", authz.MembersWrite, suspendMember),
		post("/settings/members/{user}/reinstatement", authz.MembersWrite, reinstateMember),
		post("/settings/members/{user}/removal", authz.MembersWrite, removeMember),
		post("/settings/members/{user}/ownership", authz.OrganizationControl, transferOwnership),
		post("/settings/members/{user}/disconnection", authz.OrganizationControl, disconnectMember),

		get("/imports", authz.Import, listImports),
		get("/imports/{import}", authz.Import, showImport),
		get("/imports/{import}/problems.csv", authz.Import, exportProblems),
		post("/imports/{import}/columns", authz.Import, mapImport),
		post("/imports/{import}/start", authz.Import, startImport),
		post("/imports/{import}/undoing", authz.Import, undoImport),
		post("/imports/{import}/removal", authz.Import, discardImport),

		get("/customers", authz.CustomersRead, listCustomers),
		get("/customers/new", authz.CustomersWrite, newCustomer),
		post("/customers", authz.CustomersWrite, createCustomer),
		get("/customers/{reference}", authz.CustomersRead, showCustomer),
		get("/customers/{reference}/edit", authz.CustomersWrite, editCustomer),
		post("/customers/{reference}", authz.CustomersWrite, updateCustomer),
		post("/customers/{reference}/archive", authz.Archive, archiveCustomer),
		post("/customers/{reference}/restoration", authz.Archive, restoreCustomer),

		get("/orders", authz.OrdersRead, listOrders),
		get("/orders/new", authz.OrdersWrite, newOrder),
		post("/orders", authz.OrdersWrite, createOrder),
		post("/orders/totals", authz.OrdersWrite, reckonOrder),
		get("/orders/{reference}", authz.OrdersRead, showOrder),
		post("/orders/{reference}/statuses/{status}", authz.OrdersWrite, moveOrder),
		post("/orders/{reference}/return", authz.OrdersWrite, takeBackOrder),

		post("/reservations", authz.ProductionWrite, createReservation),
		get("/batches", authz.ProductionRead, listBatches),
		post("/batches", authz.ProductionWrite, createBatch),
		get("/batches/{code}", authz.ProductionRead, showBatch),
		get("/batches/{code}/cost", authz.CostsRead, showBatchCost),
		post("/batches/{code}/start", authz.ProductionWrite, startBatch),
		post("/batches/{code}/completion", authz.ProductionWrite, completeBatch),
		post("/batches/{code}/undoing", authz.Archive, undoBatch),
		post("/batches/{code}/cancellation", authz.ProductionWrite, cancelBatch),

		get("/materials", authz.InventoryRead, listMaterials),
		get("/materials/new", authz.InventoryWrite, newMaterial),
		post("/materials", authz.InventoryWrite, createMaterial),
		get("/materials/{sku}", authz.InventoryRead, showMaterial),
		get("/materials/{sku}/cost", authz.CostsRead, showMaterialCost),
		get("/materials/{sku}/edit", authz.InventoryWrite, editMaterial),
		post("/materials/{sku}", authz.InventoryWrite, updateMaterial),
		get("/materials/{sku}/food", authz.InventoryWrite, editDeclaration),
		post("/materials/{sku}/food", authz.InventoryWrite, updateDeclaration),
		post("/materials/{sku}/receipts", authz.InventoryWrite, receiveMaterial),
		post("/materials/{sku}/corrections", authz.InventoryWrite, correctMaterial),
		post("/materials/{sku}/deletion", authz.Archive, deleteMaterial),
		post("/materials/{sku}/archive", authz.Archive, archiveMaterial),
		post("/materials/{sku}/restoration", authz.Archive, restoreMaterial),

		get("/lots", authz.InventoryRead, listLots),
		get("/lots/{lot}", authz.InventoryRead, showLot),
		post("/lots/{lot}", authz.InventoryWrite, describeLot),
		post("/lots/{lot}/corrections", authz.InventoryWrite, correctLot),
		post("/lots/{lot}/waste", authz.InventoryWrite, wasteLot),
		post("/lots/{lot}/moves", authz.InventoryWrite, moveLot),
		post("/lots/{lot}/status", authz.InventoryWrite, holdLot),
		post("/lots/{lot}/parts", authz.InventoryWrite, splitLot),
		post("/lots/{lot}/merger", authz.InventoryWrite, mergeLot),
		post("/lots/{lot}/movements/{movement}/reversal", authz.InventoryWrite, reverseMovement),

		get("/transfers", authz.InventoryRead, listTransfers),
		get("/transfers/{transfer}", authz.InventoryRead, showTransfer),
		post("/transfers/{transfer}/arrival", authz.InventoryWrite, arriveTransfer),
		post("/transfers/{transfer}/return", authz.InventoryWrite, callTransferBack),

		get("/counts", authz.InventoryRead, listCounts),
		get("/counts/new", authz.InventoryWrite, newCount),
		post("/counts", authz.InventoryWrite, createCount),
		get("/counts/{count}", authz.InventoryRead, showCount),
		get("/counts/{count}/review", authz.InventoryRead, reviewCount),
		get("/counts/{count}/sheet", authz.InventoryRead, showCountSheet),
		post("/counts/{count}/lines/{line}", authz.InventoryWrite, recordLine),
		post("/counts/{count}/approval", authz.InventoryWrite, approveCount),
		post("/counts/{count}/undoing", authz.Archive, undoCount),
		post("/counts/{count}/cancellation", authz.InventoryWrite, cancelCount),
		get("/containers", authz.InventoryRead, listContainers),
		post("/containers", authz.InventoryWrite, createContainer),
		post("/containers/{container}", authz.InventoryWrite, updateContainer),
		post("/containers/{container}/removal", authz.InventoryWrite, removeContainer),

		get("/margins", authz.CostsRead, listMargins),
		get("/price-lists", authz.CatalogRead, listPriceLists),
		get("/price-lists/new", authz.CatalogWrite, newPriceList),
		post("/price-lists", authz.CatalogWrite, createPriceList),
		get("/price-lists/{list}", authz.CatalogRead, showPriceList),
		get("/price-lists/{list}/edit", authz.CatalogWrite, editPriceList),
		post("/price-lists/{list}", authz.CatalogWrite, updatePriceList),
		post("/price-lists/{list}/archive", authz.Archive, archivePriceList),
		post("/price-lists/{list}/restoration", authz.Archive, restorePriceList),
		post("/customer-groups", authz.CustomersWrite, createGroup),
		post("/customer-groups/{group}/name", authz.CustomersWrite, renameGroup),
		post("/customer-groups/{group}/removal", authz.Archive, removeGroup),
		get("/products", authz.CatalogRead, listProducts),
		get("/products/new", authz.CatalogWrite, newProduct),
		post("/products", authz.CatalogWrite, createProduct),
		get("/products/{sku}", authz.CatalogRead, showProduct),
		get("/products/{sku}/edit", authz.CatalogWrite, editProduct),
		post("/products/{sku}", authz.CatalogWrite, updateProduct),
		get("/products/{sku}/stock", authz.InventoryRead, showProductStock),
		post("/products/{sku}/stock", authz.InventoryWrite, addProductStock),
		post("/products/{sku}/corrections", authz.InventoryWrite, correctProduct),
		get("/products/{sku}/variants/new", authz.CatalogWrite, newVariant),
		post("/products/{sku}/variants", authz.CatalogWrite, createVariant),
		get("/products/{sku}/photos", authz.CatalogRead, listPhotos),
		upload("/products/{sku}/photos", authz.CatalogWrite, maxPhoto, addPhoto),
		post("/products/{sku}/photos/arrangement", authz.CatalogWrite, arrangePhotos),
		get("/products/{sku}/photos/{photo}", authz.CatalogRead, showPhoto),
		get("/products/{sku}/photos/{photo}/small", authz.CatalogRead, showSmallPhoto),
		post("/products/{sku}/photos/{photo}/removal", authz.CatalogWrite, removePhoto),
		get("/products/{sku}/food", authz.CatalogRead, showProductFood),
		get("/products/{sku}/food/edit", authz.CatalogWrite, editProductFood),
		post("/products/{sku}/food", authz.CatalogWrite, updateProductFood),
		get("/products/{sku}/label", authz.CatalogRead, showLabel),
		get("/products/{sku}/label.pdf", authz.CatalogRead, printLabel),
		get("/products/{sku}/costs", authz.CostsRead, showCosts),
		post("/products/{sku}/price", authz.CatalogWrite, repriceProduct),
		get("/products/{sku}/comparison", authz.CatalogRead, compareVersions),
		get("/products/{sku}/versions/{version}", authz.CatalogRead, showVersion),
		get("/products/{sku}/versions/{version}/scale", authz.CatalogRead, scaleRecipe),
		get("/products/{sku}/versions/{version}/cost", authz.CostsRead, showArithmetic),
		get("/products/{sku}/recipe", authz.CatalogWrite, editRecipe),
		post("/products/{sku}/recipe", authz.CatalogWrite, publishRecipe),
		post("/products/{sku}/recipe/cost", authz.CatalogWrite, costRecipe),
		post("/products/{sku}/recipe/draft", authz.CatalogWrite, saveDraft),
		post("/products/{sku}/recipe/draft/removal", authz.CatalogWrite, discardDraft),
	}
}
