package id

import "testing"

func TestID(t *testing.T) {
	a, b := New(), New()
	if a.String() >= b.String() || a.Version() != 7 {
		t.Errorf("%s, then %s", a, b)
	}
	if back, err := Parse(a.String()); err != nil || back != a {
		t.Errorf("%s is read as %s, %v", a, back, err)
	}
	for _, text := range []string{"", "1", "00000000-0000-0000-0000-000000000000", "urn:uuid:" + a.String(), "{" + a.String() + "}", a.String() + " "} {
		if got, err := Parse(text); err == nil {
			t.Errorf("%q is %s", text, got)
		}
		if got, err := ParseOrganization(text); err == nil {
			t.Errorf("%q is organization %s", text, got)
		}
	}
}

func TestZeroIsRefused(t *testing.T) {
	if v, err := (ID{}).Value(); err == nil {
		t.Errorf("the zero id is %v", v)
	}
	if v, err := (Organization{}).Value(); err == nil {
		t.Errorf("the zero organization is %v", v)
	}
}
