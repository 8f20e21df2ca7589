// Package store is the only way to an organization's data.
//
// View and Update run a function in one transaction of one organization; System runs one over the directory tables
// (accounts, sessions, organizations, memberships) before an organization is known. Under every statement of an
// organization's transaction lies a guard: its first argument must be that organization. On PostgreSQL row-level security
// says the same once more.
//
// One set of tables and queries serves SQLite and PostgreSQL; what differs between the engines is in sqlite.go,
// postgres.go and migrations/.
package store
