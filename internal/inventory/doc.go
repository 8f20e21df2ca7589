// Package inventory knows materials, the lots they came in, and the ledger of their movements.
//
// Every movement belongs to a lot, and what a lot has on hand is always the sum of its movements; a material's stock is the sum
// of its lots. Movements are added and never changed. Stock is used first expired, first out.
package inventory
