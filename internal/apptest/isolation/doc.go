// Package isolation proves that an organization learns and changes nothing of another, by asking the real program over HTTP.
//
// There are two organizations, A and B, with some of everything (fixture.go), and somebody in every standing to them. The routes
// are those of the transports' own tables (table.go), the forms those of the program's own pages (forms.go), the rows those of the
// database's own catalog (package census): what is added to the program takes part by itself, or the build fails and says what to
// add.
//
// One model says what an answer must be: Expect computes it from a route's entry in its table and from what somebody is at that moment,
// which StandingOf reads from the database past the program.
//
// The gates are functions that return a Report; the tests run them, and others may.
//
//   - Matrix: every route by everybody with every kind of reference (matrix.go, cells.go).
//   - Noninterference: random scripts (script.go, filling.go) are played (play.go) in two worlds that differ in B alone. A's people get the
//     same answers and mails, and leave the same rows behind. Between any two requests members are removed, demoted or suspended, keys
//     revoked, the address changed, the organization suspended (events.go): the very next answer must show it. After every script the
//     digest (no row or file of B changed) and the closure (no row refers to another organization's) are taken.
//   - Storm: both organizations at once over few connections, with people who hang up (storm.go).
//
// What an engineer adds joins like this: a table by itself, once goods.go or fixture.go made a row of it in both organizations; a route
// by itself, when a page has its form, or sent (programs.go) what a program sends to it; what its path names by a line in kinds.go; a
// transport by a line in table.go. A job joins by itself: scripts leave it by what they do, and "jobs are worked" works it. A file joins
// by itself: the worlds keep contents on a shelf that is counted with the rows.
//
// A script is reproduced by its number, and is made shorter before it is printed. The guest is a viewer of A who owns B: where there is
// no B, the same person is a viewer of A alone, so that playing a script in both worlds is also the proof that owning B gains nothing in
// A. They may know where else they belong, so the switcher between organizations is left out of what is compared.
package isolation
