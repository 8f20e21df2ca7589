// Package houserules is tests only: the rules of the house, each with its reason, over the source and the schema.
package houserules
