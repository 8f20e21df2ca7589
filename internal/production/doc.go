// Package production turns orders into batches: plan, start, complete.
//
// A batch is started once and completed once. Completing it takes the materials from their lots, writes the cost, and gives
// what was made to its orders, all in one transaction; when stock is short nothing happens.
package production
