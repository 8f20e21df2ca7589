package store

import (
	"encoding/json"
	"strings"

	"craftplan/internal/id"
)

// Texts is texts as one parameter, like List.
func Texts(texts []string) string {
	if len(texts) == 0 {
		return "[]"
	}
	list, err := json.Marshal(texts)
	if err != nil {
		panic(err) // texts always are JSON
	}
	return string(list)
}

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
