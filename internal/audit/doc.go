// Package audit keeps who changed what of an organization, when and from where. It stands before every domain, so that each can
// record its changes in the transaction that makes them: there is no change without its entry, and no entry without its change. An
// entry is one INSERT, is never changed, and goes with its organization.
package audit
