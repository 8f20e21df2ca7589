// Package organizations knows the organizations of an installation, their slugs and their members, and how one is made:
// organization, slug, settings and owner in one transaction, or nothing.
//
// A slug is given once: the table of slugs keeps every one ever held, and none goes to another organization.
package organizations
