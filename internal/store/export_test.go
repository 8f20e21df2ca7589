package store

// Selections are the queries that AllRows asks.
func (t Table) Selections() (queries []string) {
	for _, which := range t.waves() {
		queries = append(queries, t.selection(which))
	}
	return queries
}

// Deletion is the statement that removes some rows; Refers are the columns by which they refer to each other.
func (t Table) Deletion() string { return t.deletion(1000) }

func (t Table) Refers() (columns []string) {
	for _, reference := range t.self {
		columns = append(columns, reference.from[0])
	}
	return columns
}
