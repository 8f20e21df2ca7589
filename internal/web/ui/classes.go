package ui

import "strconv"

func current(yes bool) string {
	if yes {
		return "page"
	}
	return "false"
}

// Tailwind finds class names only where they stand whole.
func button(kind string) string {
	return map[string]string{"primary": "btn-primary", "ghost": "btn-ghost", "danger": "btn-danger"}[kind] + map[bool]string{true: "btn-line"}[kind == "line" || kind == ""]
}

func note(tone string) string {
	return map[string]string{"info": "note-info", "ok": "note-ok", "warn": "note-warn", "bad": "note-bad"}[tone]
}

func offset(before []Segment) int64 {
	var x int64
	for _, s := range before {
		x += s.Percent
	}
	return x
}

var counts = []string{"No field needs", "One field needs", "Two fields need", "Three fields need", "Four fields need", "Five fields need"}

func look(n int) string {
	if n < len(counts) {
		return counts[n] + " another look."
	}
	return "Several fields need another look."
}

// shown never sends a password back.
func shown(f Form, in Input) string {
	if in.kind() == "password" {
		return ""
	}
	return f.Value(in.Name)
}

func trueOr(yes bool) string {
	if yes {
		return "true"
	}
	return "false"
}

type shortcutGroup struct {
	label string
	items []Shortcut
}

func shortcutGroups(all []Shortcut) []shortcutGroup {
	var groups []shortcutGroup
	for _, s := range all {
		if n := len(groups); n == 0 || groups[n-1].label != s.Group {
			groups = append(groups, shortcutGroup{label: s.Group})
		}
		last := &groups[len(groups)-1]
		last.items = append(last.items, s)
	}
	return groups
}

func optionID(group, item int) string { return "p-" + strconv.Itoa(group) + "-" + strconv.Itoa(item) }
