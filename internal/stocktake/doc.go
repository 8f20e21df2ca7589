// Package stocktake counts what is on the shelves while work goes on.
//
// A count begins with a snapshot of what was chosen: every lot at every place. Each line is counted for itself, at a moment of its
// own; what moved before that moment is in what was found, what moved after is not. So a difference is what was found less what the
// ledger says of that moment, whenever it was noted. Nobody replaces another's figure that they have not seen. Approval books all
// differences at once.
package stocktake
