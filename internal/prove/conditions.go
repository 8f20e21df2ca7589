package main

import (
	"regexp"
	"strings"
)

// condition is one of a statement, and the statement without it.
type condition struct{ text, without string }

// compared finds a condition by what stands before it: a comparison of a column with a parameter, a text, a number or another
// column, or whether it is there.
var compared = regexp.MustCompile(`\b(WHERE|AND|ON|WHEN) (\(?)((?:\w+\.)?\w+ (?:=|<>|<|>|<=|>=) (?:\$\d+|'[^']*'|\d+|CAST\(\$\d+ AS \w+\)|(?:\w+\.)?\w+)|(?:\w+\.)?\w+ IS (?:NOT )?NULL)`)

// tied is the organization's own condition, which the proof of statements needs.
var tied = regexp.MustCompile(`^(\w+\.)?organization_id = (\$1|CAST\(\$1 AS org_text\))$`)

// conditions are those of a statement that can be left out; what they name stays, so that the parameters keep their numbers.
func conditions(sql string) (all []condition) {
	_, comment, _ := strings.Cut(sql, "\n")
	first := len(sql) - len(comment) // the line with the query's name
	for _, at := range compared.FindAllStringSubmatchIndex(sql, -1) {
		from, to := at[6], at[7]
		text := sql[from:to]
		if from < first || tied.MatchString(text) {
			continue
		}
		all = append(all, condition{text, sql[:from] + "(" + text + " OR TRUE)" + sql[to:]})
	}
	return all
}
