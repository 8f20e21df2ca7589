// Package crm knows the customers of an organization and their addresses.
//
// A customer has a reference (CU-0042) that never changes, and at most one billing and one shipping address. Customers are
// archived, not deleted: orders go on naming them.
package crm
