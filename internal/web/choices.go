package web

import (
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"craftplan/internal/fault"
	"craftplan/internal/money"
	"craftplan/internal/web/ui"
)

var promises = [][2]string{{"layers", "A make list for every morning"}, {"book-open", "Recipes that know what they cost"}, {"wheat", "Stock by lot, with expiry"}, {"receipt-text", "Orders without retyping"}}

func slugCheck() templ.Attributes {
	return templ.Attributes{"hx-get": "/register/slug", "hx-trigger": "input changed delay:250ms", "hx-include": "closest form", "hx-target": "#slug-hint", "hx-swap": "outerHTML", "autofocus": true}
}

func slugField() templ.Attributes {
	a := slugCheck()
	delete(a, "autofocus")
	a["autocapitalize"], a["spellcheck"] = "none", "false"
	return a
}

// addressField shows below it what another address would mean.
func addressField(page string) templ.Attributes {
	return templ.Attributes{"hx-get": page, "hx-trigger": "input changed delay:250ms", "hx-target": "#address", "hx-select": "#address", "hx-swap": "outerHTML", "autocapitalize": "none", "spellcheck": "false"}
}

// pictureField has the browser offer pictures, and the script say at once what the server would refuse.
func pictureField() templ.Attributes {
	return templ.Attributes{"accept": "image/png,image/jpeg,image/gif,image/webp", "data-picture": strconv.Itoa(maxPicture), "data-large": fault.MessageOf(tooLarge(maxPicture)), "data-unreadable": "This picture cannot be shown. Use a PNG, JPEG, GIF or WebP."}
}

// colorKey names the rule of the style sheet that shows a colour.
func colorKey(color string) string { return "c-" + strings.ToLower(strings.TrimPrefix(color, "#")) }

func timeZones() []ui.Choice {
	zones := []string{"UTC", "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles", "America/Toronto", "America/Mexico_City", "America/Sao_Paulo",
		"Europe/London", "Europe/Dublin", "Europe/Lisbon", "Europe/Madrid", "Europe/Paris", "Europe/Brussels", "Europe/Amsterdam", "Europe/Berlin", "Europe/Zurich", "Europe/Vienna", "Europe/Rome",
		"Europe/Copenhagen", "Europe/Stockholm", "Europe/Oslo", "Europe/Helsinki", "Europe/Warsaw", "Europe/Prague", "Europe/Athens", "Europe/Istanbul",
		"Africa/Cairo", "Africa/Johannesburg", "Asia/Dubai", "Asia/Kolkata", "Asia/Singapore", "Asia/Hong_Kong", "Asia/Tokyo", "Asia/Seoul", "Australia/Perth", "Australia/Sydney", "Pacific/Auckland"}
	choices := make([]ui.Choice, len(zones))
	for i, z := range zones {
		choices[i] = ui.Choice{Value: z, Label: strings.ReplaceAll(z, "_", " ")}
	}
	return choices
}

func currencies() []ui.Choice {
	choices := []ui.Choice{{Value: "USD", Label: "USD"}, {Value: "EUR", Label: "EUR"}, {Value: "GBP", Label: "GBP"}}
	for _, code := range money.Currencies() {
		if code != "USD" && code != "EUR" && code != "GBP" {
			choices = append(choices, ui.Choice{Value: code, Label: code})
		}
	}
	return choices
}
