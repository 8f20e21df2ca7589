package store

import (
	"strings"

	"craftplan/internal/id"
)

// List is ids as one parameter: a JSON array, which json_each reads on both engines.
func List(ids []id.ID) string {
	var b strings.Builder
	b.WriteByte('[')
	for i, one := range ids {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(`"` + one.String() + `"`)
	}
	b.WriteByte(']')
	return b.String()
}
