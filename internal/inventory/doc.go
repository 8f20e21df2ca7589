// Package inventory knows materials, and keeps the ledger of all stock: of materials and of products, in lots.
//
// The ledger counts items; every material and every product is one. Every movement belongs to a lot and to a location. What a lot has
// on hand, and what that cost, is always the sum of its movements; an item's stock is the sum of its lots. Movements are added and
// never changed: a mistake is taken back by a movement that reverses it, once. Stock is used first expired, first out.
//
// A lot carries its value beside its quantity, so that costs are conserved: what goes out takes its share of the value, rounded half
// up to millionths, and what goes last takes the rest.
package inventory
