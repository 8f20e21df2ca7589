// Package isolation proves that an organization learns and changes nothing of another, by asking the real program over HTTP.
//
// There are two organizations, A and B, with some of everything (fixture.go), and somebody in every standing to them. The routes
// are those of the transports' own tables (table.go), the forms those of the program's own pages (forms.go), the rows those of the
// database's own catalog (package census): what is added to the program takes part by itself, or the build fails and says what to
// add.
//
// The gates are functions that return a Report; the tests run them, and others may.
//
//   - Matrix: every route by everybody with every kind of reference; the expected answer is computed.
package isolation
