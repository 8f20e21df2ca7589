package store

import (
	"encoding/json"
	"strings"

	"craftplan/internal/id"
)

// Records are rows of several fields as one parameter: a JSON array of objects, whose fields a query reads with ->>.
func Records[T any](rows []T) (string, error) {
	list, err := json.Marshal(rows)
	return string(list), err
}

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
