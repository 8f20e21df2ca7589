package web

import (
	"fmt"
	"net/url"
	"strconv"

	"craftplan/internal/web/ui"
)

const pageSize = 50

// list is the part of a list's address that every list has: search, sort and page.
type list struct {
	path         string
	query        url.Values
	Search, Sort string
	page         int64
}

func (q *Request) list() list {
	values := q.URL.Query()
	page, err := strconv.ParseInt(values.Get("page"), 10, 32)
	if err != nil || page < 1 {
		page = 1
	}
	return list{q.URL.Path, values, values.Get("q"), values.Get("sort"), min(page, 100_000)}
}

func (l list) offset() int64 { return (l.page - 1) * pageSize }

// with is the address with one value changed, from the first page on.
func (l list) with(name, value string) string {
	values := url.Values{}
	for k, v := range l.query {
		if k != "page" {
			values[k] = v
		}
	}
	if value == "" {
		values.Del(name)
	} else {
		values.Set(name, value)
	}
	if len(values) == 0 {
		return l.path
	}
	return l.path + "?" + values.Encode()
}

// column is a head that sorts by a key; sorted tells the order now, where "" means the first choice.
func (l list) column(label, class, key string, isDefault bool) ui.Column {
	c := ui.Column{Label: label, Class: class, Href: l.with("sort", key)}
	switch {
	case l.Sort == key || l.Sort == "" && isDefault:
		c.Sorted, c.Href = "ascending", l.with("sort", "-"+key)
	case l.Sort == "-"+key:
		c.Sorted = "descending"
	}
	return c
}

func (l list) pager(rows int, total int64) ui.Pager {
	p := ui.Pager{Range: "none"}
	if rows > 0 {
		p.Range = fmt.Sprintf("%d to %d of %d", l.offset()+1, l.offset()+int64(rows), total)
	}
	if l.page > 1 {
		p.Previous = l.with("page", pageNumber(l.page-1))
	}
	if l.offset()+int64(rows) < total {
		p.Next = l.with("page", pageNumber(l.page+1))
	}
	return p
}

func pageNumber(n int64) string {
	if n <= 1 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

// hidden are the values a search keeps.
func (l list) hidden(names ...string) [][2]string {
	var kept [][2]string
	for _, name := range names {
		if v := l.query.Get(name); v != "" {
			kept = append(kept, [2]string{name, v})
		}
	}
	return kept
}

func count(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.FormatInt(n, 10) + " " + many
}

// pressed is the value a filter gets when its chip is pressed once more.
func pressed(on bool) string {
	if on {
		return ""
	}
	return "yes"
}

// capped is a count that stops at a cap.
func capped(n, limit int64) string {
	if n >= limit {
		return "More than " + strconv.FormatInt(limit-1, 10)
	}
	return strconv.FormatInt(n, 10) + " in all"
}

// chosen is the value a filter with several chips gets when one is pressed: pressed again, none.
func chosen(value, now string) string {
	if value == now {
		return ""
	}
	return value
}

// dueColumn sorts by when things are due, the latest first unless asked otherwise.
func dueColumn(l list) ui.Column {
	if l.Sort == "due" {
		return ui.Column{Label: "Due", Href: l.with("sort", ""), Sorted: "ascending"}
	}
	return ui.Column{Label: "Due", Href: l.with("sort", "due"), Sorted: "descending"}
}
