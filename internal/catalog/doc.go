// Package catalog knows products and their recipes: versioned bills of materials with labor, and what a piece costs.
//
// A product has at most one active recipe. Publishing makes a new version and archives the one before with its cost; versions
// are never changed. Quantities of a recipe are for its whole yield ("makes 24"), of which a loss does not come out.
//
// A component is a material, or a product with a recipe of its own, at any depth; recipes that lead in a circle are refused.
// Flatten walks a recipe down to materials and work. Its quantities are exact fractions: at each level
//
//	gross = quantity x (1 + waste) / (yield x (1 - loss))    taken from stock
//	net   = quantity / yield                                 in a piece that comes out
//
// multiplied along the way. Nothing is rounded on the way down. A cost rounds each part and each task once, half up to millionths,
// so it is off by at most half a millionth for each of them, and is always the sum of what is shown.
//
// Overhead is charged once: on the material and the labor of all levels, added up first. A product within another brings its
// material and its work, and never its overhead.
//
// A product has photos in an order, the first of which stands for it: a row each, and two files. Variants of a product are products.
package catalog
