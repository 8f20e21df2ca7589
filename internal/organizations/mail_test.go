package organizations_test

import (
	"testing"

	"craftplan/internal/mail"
	"craftplan/internal/organizations"
)

// The button of a mail is readable whatever the colour: white on amber would not be.
func TestMailBranding(t *testing.T) {
	for color, want := range map[string]mail.Branding{
		"#F59E0B": {Name: "Sunrise", Fill: "#F59E0B", Ink: "#1B1B1B", Path: "/sunrise"},
		"#3B82F6": {Name: "Sunrise", Fill: "#1D64D6", Ink: "#FFFFFF", Path: "/sunrise"},
	} {
		got := organizations.Organization{Name: "Sunrise", Slug: "sunrise", BrandColor: color}.MailBranding()
		if got.Name != want.Name || got.Fill != want.Fill || got.Ink != want.Ink || got.Path != want.Path {
			t.Errorf("%s: %+v", color, got)
		}
	}
}
