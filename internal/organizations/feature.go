package organizations

import (
	"maps"
	"slices"
	"strings"
)

// Feature is a part of the program that the operator opens or closes for an organization.
type Feature string

// API is that programs may work in the organization, with keys.
const API Feature = "api"

// features are all there are, with whether they are on where the operator said nothing.
var features = map[Feature]bool{API: true}

// FeatureNames are the names of all features, sorted.
func FeatureNames() []string {
	var names []string
	for f := range features {
		names = append(names, string(f))
	}
	slices.Sort(names)
	return names
}

// Features are what the operator opened and closed for one organization.
type Features map[Feature]bool

// On tells whether the organization has a feature.
func (f Features) On(name Feature) bool {
	if said, ok := f[name]; ok {
		return said
	}
	return features[name]
}

// String is what the operator said in words, such as "api=off".
func (f Features) String() string {
	if len(f) == 0 {
		return "defaults"
	}
	return f.text()
}

// text is what is kept of it.
func (f Features) text() string {
	words := make([]string, 0, len(f))
	for _, name := range slices.Sorted(maps.Keys(f)) {
		words = append(words, string(name)+"="+onOff(f[name]))
	}
	return strings.Join(words, " ")
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}

// parseFeatures reads what text wrote. A name that this version does not know stays as it is.
func parseFeatures(text string) Features {
	f := Features{}
	for _, word := range strings.Fields(text) {
		if name, value, ok := strings.Cut(word, "="); ok {
			f[Feature(name)] = value == "on"
		}
	}
	return f
}
