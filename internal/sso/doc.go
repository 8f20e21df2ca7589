// Package sso lets people sign in to an organization by the OpenID Connect provider that its owner chose.
//
// A provider is believed in its own organization and nowhere else: whoever runs it can say that anybody is anybody, so a session that
// it vouched for opens that organization alone. And it is believed about its own accounts, by their subject: an address says
// nothing of who somebody is, until whoever has the mailbox says so, once. From then on the subject is that member.
package sso
