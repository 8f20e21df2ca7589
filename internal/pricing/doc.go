// Package pricing knows what the customers of a group pay.
//
// A group has at most one price list on any day: lists of a group do not overlap in time, so that the next year's can wait beside this
// year's. A list has rows, each a price of one piece of a product from so many pieces on, and a discount for what has no row.
//
// The rule, in this order, for a line of an order of a customer: of the list that is valid on the day the order is due,
//
//  1. the row of the product with the highest minimum that is not above the line's quantity;
//  2. where there is none, the product's price less the list's discount, rounded half up to the currency's digits;
//  3. where the list gives no discount, or there is no list, the product's price.
//
// Whoever may write orders may type another price instead. An order keeps its prices, with where they came from, as they were when it
// was written: changing a list or a group changes no order.
package pricing
