// Package orders knows what customers ordered: lines, totals and the way of an order from unconfirmed to delivered.
//
// Totals are reckoned from the stored lines, each rounded to the currency's digits. A status changes only along the table of
// transitions, and only from the status that was seen.
package orders
