// Package catalog knows products and their recipes: versioned bills of materials with labor, and what a piece costs.
//
// A product has at most one active recipe. Publishing makes a new version and archives the one before with its cost; versions
// are never changed. Quantities of a recipe are for its whole yield ("makes 24").
package catalog
