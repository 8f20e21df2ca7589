package web

import (
	"cmp"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"craftplan/internal/fault"
)

const (
	maxRows = 200         // of one table in a form
	maxSent = 5 * maxRows // that are shown again; nobody types more
)

// rows are the numbers of a form's rows in which something was typed, in the order they were moved to, or else their own: of "components", 0 and 3 when there
// are components.0.material and components.3.quantity. Rows whose only value is a choice's default are blank, so fields
// names what counts.
func rows(v url.Values, prefix string, fields ...string) []int {
	seen := map[int]bool{}
	for name, values := range v {
		number, field, _ := strings.Cut(strings.TrimPrefix(name, prefix+"."), ".")
		n, err := strconv.Atoi(number)
		if err != nil || n < 0 || !strings.HasPrefix(name, prefix+".") || !slices.Contains(fields, field) || strings.TrimSpace(values[0]) == "" {
			continue
		}
		seen[n] = true
	}
	found := slices.SortedFunc(maps.Keys(seen), func(a, b int) int {
		return cmp.Or(cmp.Compare(placeOf(v, prefix, a), placeOf(v, prefix, b)), cmp.Compare(a, b))
	})
	return found[:min(len(found), maxSent)]
}

// readRows is rows for who keeps them: when there are more than a table takes, the first of them says so.
func readRows(p *fault.Problems, v url.Values, prefix string, fields ...string) []int {
	found := rows(v, prefix, fields...)
	if len(found) > maxRows {
		p.Add(row(rowOf(found[maxRows])).name(prefix, fields[0]), fmt.Sprintf("There is room for %d rows. Take some away, or divide them.", maxRows))
	}
	return found[:min(len(found), maxRows)]
}

// rowPlace is the field that says where a row was moved to.
const rowPlace = "at"

// placeOf is where a row stands: where it was moved to, or as it is numbered.
func placeOf(v url.Values, prefix string, n int) int {
	if at, err := strconv.Atoi(v.Get(row(rowOf(n)).name(prefix, rowPlace))); err == nil {
		return at
	}
	return n
}

// row is one row of a form's table: a number, or the mark that the script replaces in the model of a new row.
type row string

func (r row) name(prefix, field string) string { return prefix + "." + string(r) + "." + field }

func (r row) id(prefix, field string) string { return "f-" + prefix + "-" + string(r) + "-" + field }

func rowOf(n int) string { return strconv.Itoa(n) }

const newRow row = "__n__"

// shownRows are the rows to show: those with something in them, and blank ones after them.
func shownRows(filled []int, blank int) (shown []row, next int) {
	for _, n := range filled {
		shown = append(shown, row(rowOf(n)))
		next = max(next, n+1)
	}
	for range blank {
		shown = append(shown, row(rowOf(next)))
		next++
	}
	return shown, next
}
