// Package apikeys knows the keys by which programs work in an organization.
//
// A key acts for the member who made it: it may do what that member may do at the moment of each request, and of that no more than
// its scopes. Its secret is told once; only a hash of it is kept. A key ends on its day, when it is revoked, and for as long as its
// maker cannot open the organization.
package apikeys
