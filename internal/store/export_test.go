package store

// Selections are the queries that AllRows asks.
func (t Table) Selections() (queries []string) {
	for _, which := range t.waves() {
		queries = append(queries, t.selection(which))
	}
	return queries
}
