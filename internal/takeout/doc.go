// Package takeout carries a whole organization: out, as one archive that anybody can open, and into any installation, on either
// database, as a new organization.
//
// An archive is a ZIP file: data/TABLE.jsonl has a row on each line, files/ID what was uploaded, and manifest.json, written last, says
// what there is, with a digest of each part. Which tables there are is asked of the database itself, so that a new one joins by itself;
// what would open something (keys, invitations, a mail server's password) stays behind.
//
// The operator writes one by a command (Exporter), or lets one of each organization be written now and then (Schedule); an owner asks for
// one in the browser, a job makes it, and it is kept for a week (Office). A whole installation on SQLite is another matter: Backup copies
// it, Daily does so every day, and Restore makes one of a copy.
//
// An archive may be made by anybody, so reading one believes nothing: every part must be named by the manifest, be as long as it says
// and have its digest; a row becomes the new organization's own, whatever it says; references are kept by the database, whose keys
// begin with the organization, so that none can lead to another's; and all of it is there in the end, or nothing.
package takeout
