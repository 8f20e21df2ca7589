package sqlproof

import (
	"strings"
	"testing"

	parser "github.com/wasilibs/go-pgquery"
	"google.golang.org/protobuf/proto"
)

var schema = Schema{
	Tenant:    []string{"lots", "materials", "movements", "sequences"},
	Directory: map[string]string{"memberships": "organization_id", "organizations": "id"},
	Global:    []string{"users"},
}

// Each says what it shows; all are of one organization unless they begin with "the directory".
var good = map[string]string{
	"one table, the column alone":                         `SELECT id FROM lots WHERE organization_id = $1`,
	"one table under another name":                        `SELECT l.id FROM lots AS l WHERE l.organization_id = $1 AND l.on_hand > 0`,
	"the other way round":                                 `SELECT id FROM lots WHERE $1 = organization_id`,
	"$1 cast to the type of organizations' ids":           `SELECT id FROM lots WHERE organization_id = CAST($1 AS org_text)`,
	"deep among other conditions":                         `SELECT id FROM lots WHERE (on_hand > 0 AND (organization_id = $1 AND (code = $2 OR code = $3))) AND status = 'available'`,
	"an inner join, each table in its own place":          `SELECT l.id FROM lots AS l JOIN materials AS m ON m.organization_id = $1 AND m.id = l.material_id WHERE l.organization_id = $1`,
	"an inner join, both in ON":                           `SELECT l.id FROM lots AS l JOIN materials AS m ON m.organization_id = $1 AND l.organization_id = $1 AND m.id = l.material_id`,
	"a cross join, tied in WHERE":                         `SELECT l.id FROM lots AS l CROSS JOIN materials AS m WHERE l.organization_id = $1 AND m.organization_id = $1 AND m.id = l.material_id`,
	"tables with commas":                                  `SELECT l.id FROM lots AS l, materials AS m WHERE l.organization_id = $1 AND m.organization_id = $1`,
	"a left join, the right side tied in ON":              `SELECT m.id FROM materials AS m LEFT JOIN lots AS l ON l.organization_id = $1 AND l.material_id = m.id WHERE m.organization_id = $1`,
	"a left join, the right side tied in WHERE":           `SELECT m.id FROM materials AS m LEFT JOIN lots AS l ON l.material_id = m.id WHERE m.organization_id = $1 AND l.organization_id = $1`,
	"a right join, the left side tied in ON":              `SELECT m.id FROM lots AS l RIGHT JOIN materials AS m ON l.organization_id = $1 AND l.material_id = m.id WHERE m.organization_id = $1`,
	"a full join of tied sub-selects":                     `SELECT a.id FROM (SELECT id FROM lots WHERE organization_id = $1) AS a FULL JOIN (SELECT id FROM materials WHERE organization_id = $1) AS b ON a.id = b.id`,
	"an inner join inside an outer one":                   `SELECT m.id FROM materials AS m LEFT JOIN (lots AS l JOIN movements AS v ON v.organization_id = $1 AND v.lot_id = l.id) ON l.organization_id = $1 AND l.material_id = m.id WHERE m.organization_id = $1`,
	"an inner join after an outer one ties the left":      `SELECT m.id FROM materials AS m LEFT JOIN lots AS l ON l.material_id = m.id JOIN movements AS v ON v.organization_id = $1 AND l.organization_id = $1 AND m.organization_id = $1`,
	"a sub-select in the select list":                     `SELECT m.id, (SELECT COUNT(*) FROM lots AS l WHERE l.organization_id = $1 AND l.material_id = m.id) FROM materials AS m WHERE m.organization_id = $1`,
	"a sub-select in WHERE":                               `SELECT id FROM materials AS m WHERE m.organization_id = $1 AND NOT EXISTS (SELECT 1 FROM lots AS l WHERE l.organization_id = $1 AND l.material_id = m.id)`,
	"a list of ids":                                       `SELECT id FROM lots WHERE organization_id = $1 AND id IN (SELECT CAST(j.value AS uuid_text) FROM json_each(CAST($2 AS list_text)) AS j)`,
	"a common table expression":                           `WITH few AS (SELECT id FROM lots WHERE organization_id = $1) SELECT id FROM few`,
	"a recursive one, both arms":                          `WITH RECURSIVE tree AS (SELECT id FROM materials WHERE organization_id = $1 UNION ALL SELECT m.id FROM materials AS m JOIN tree AS t ON t.id = m.parent_id WHERE m.organization_id = $1) SELECT id FROM tree`,
	"a union, both arms":                                  `SELECT id FROM lots WHERE organization_id = $1 UNION ALL SELECT id FROM materials WHERE organization_id = $1 ORDER BY 1`,
	"window, group, having, filter, limit":                `SELECT material_id, COUNT(*) FILTER (WHERE on_hand > 0), SUM(SUM(on_hand)) OVER (ORDER BY material_id) FROM lots WHERE organization_id = $1 GROUP BY material_id HAVING COUNT(*) > 1 ORDER BY 1 LIMIT $2`,
	"a person, who belongs to nobody":                     `SELECT v.id, u.name FROM movements AS v JOIN users AS u ON u.id = v.created_by WHERE v.organization_id = $1`,
	"memberships, tied like a table of one's own":         `SELECT COUNT(*) FROM memberships WHERE organization_id = $1`,
	"the organization itself, by its id":                  `SELECT name FROM organizations WHERE id = $1`,
	"insert a row":                                        `INSERT INTO lots (organization_id, id) VALUES ($1, $2)`,
	"insert rows":                                         `INSERT INTO lots (id, organization_id) VALUES ($2, $1), ($3, $1)`,
	"insert what was selected":                            `INSERT INTO lots (organization_id, id) SELECT $1, m.id FROM materials AS m WHERE m.organization_id = $1 RETURNING id`,
	"insert from a union":                                 `INSERT INTO lots (organization_id, id) SELECT $1, id FROM materials WHERE organization_id = $1 UNION SELECT CAST($1 AS org_text), id FROM movements WHERE organization_id = $1 ON CONFLICT (organization_id, id) DO NOTHING`,
	"upsert on a key with the organization":               `INSERT INTO sequences (organization_id, name, next_value) VALUES ($1, $2, 2) ON CONFLICT (organization_id, name) DO UPDATE SET next_value = sequences.next_value + 1 RETURNING next_value`,
	"update":                                              `UPDATE lots SET on_hand = on_hand - $3 WHERE organization_id = $1 AND id = $2 AND on_hand >= $3`,
	"update from another table":                           `UPDATE lots SET unit_cost = m.price FROM materials AS m WHERE lots.organization_id = $1 AND m.organization_id = $1 AND m.id = lots.material_id`,
	"update with a sub-select":                            `UPDATE lots SET on_hand = (SELECT SUM(v.quantity) FROM movements AS v WHERE v.organization_id = $1 AND v.lot_id = lots.id) WHERE organization_id = $1`,
	"delete":                                              `DELETE FROM lots WHERE organization_id = $1 AND id = $2`,
	"delete using another table":                          `DELETE FROM lots USING materials AS m WHERE lots.organization_id = $1 AND m.organization_id = $1 AND m.id = lots.material_id`,
	"conditions of every kind beside the tie":             `SELECT l.*, CASE WHEN on_hand > 0.5 THEN TRUE ELSE FALSE END FROM lots AS l WHERE organization_id = $1 AND (on_hand IS NOT NULL OR (on_hand = 0) IS NOT TRUE) AND COALESCE(code, '') <> '' AND (received_at, id) > ($2, $3)`,
	"the directory: who a person is":                      `SELECT name FROM users WHERE email = $1`,
	"the directory: whose member somebody is":             `SELECT o.name FROM memberships AS m JOIN organizations AS o ON o.id = m.organization_id WHERE m.user_id = $1`,
	"the directory: who asks":                             `SELECT name FROM users WHERE name = current_user`,
	"the directory: an organization is made":              `INSERT INTO organizations (id, name) VALUES ($1, $2)`,
	"the directory: nothing is asked of tables of nobody": `DELETE FROM users WHERE id = $1`,
}

// Each with a part of what the proof says against it.
var bad = map[string]struct{ sql, says string }{
	"no condition":                   {`SELECT id FROM lots`, "lots is not tied"},
	"another column":                 {`SELECT id FROM lots WHERE id = $1`, "lots is not tied"},
	"another parameter":              {`SELECT id FROM lots WHERE organization_id = $2`, "lots is not tied"},
	"a constant":                     {`SELECT id FROM lots WHERE organization_id = 'b'`, "lots is not tied"},
	"$1 is somebody's id":            {`SELECT m.id FROM materials AS m WHERE m.created_by = $1 AND m.organization_id = m.organization_id`, "materials is not tied"},
	"or":                             {`SELECT id FROM lots WHERE organization_id = $1 OR on_hand > 0`, "lots is not tied"},
	"or, deep":                       {`SELECT id FROM lots WHERE on_hand > 0 AND (status = 'a' OR organization_id = $1)`, "lots is not tied"},
	"not":                            {`SELECT id FROM lots WHERE NOT organization_id = $1`, "lots is not tied"},
	"not unequal":                    {`SELECT id FROM lots WHERE NOT organization_id <> $1`, "lots is not tied"},
	"at least":                       {`SELECT id FROM lots WHERE organization_id >= $1`, "lots is not tied"},
	"in":                             {`SELECT id FROM lots WHERE organization_id IN ($1, $2)`, "lots is not tied"},
	"in a list of one":               {`SELECT id FROM lots WHERE organization_id IN ($1)`, "lots is not tied"},
	"any":                            {`SELECT id FROM lots WHERE organization_id = ANY($1)`, "AEXPR_OP_ANY"},
	"like":                           {`SELECT id FROM lots WHERE organization_id LIKE $1`, "lots is not tied"},
	"not distinct, which null meets": {`SELECT id FROM lots WHERE organization_id IS NOT DISTINCT FROM $1`, "lots is not tied"},
	"the truth of a comparison":      {`SELECT id FROM lots WHERE (organization_id = $1) IS NOT FALSE`, "lots is not tied"},
	"a comparison compared":          {`SELECT id FROM lots WHERE (organization_id = $1) = $2`, "lots is not tied"},
	"a case":                         {`SELECT id FROM lots WHERE CASE WHEN on_hand > 0 THEN TRUE ELSE organization_id = $1 END`, "lots is not tied"},
	"coalesced":                      {`SELECT id FROM lots WHERE COALESCE(organization_id = $1, TRUE)`, "lots is not tied"},
	"a parameter that may be null":   {`SELECT id FROM lots WHERE organization_id = COALESCE($1, organization_id)`, "lots is not tied"},
	"a cast of the column":           {`SELECT id FROM lots WHERE CAST(organization_id AS text) = $1`, "lots is not tied"},
	"a cast of $1 that SQLite reads as a number": {`SELECT id FROM lots WHERE organization_id = CAST($1 AS uuid)`, "lots is not tied"},
	"a comparison without case":                  {`SELECT id FROM lots WHERE organization_id = $1 COLLATE nocase`, "lots is not tied"},
	"an operator of one's own schema":            {`SELECT id FROM lots WHERE organization_id OPERATOR(evil.=) $1`, "lots is not tied"},
	"a row compared":                             {`SELECT id FROM lots WHERE (organization_id, id) >= ($1, $2)`, "lots is not tied"},
	"having, after the rows were counted":        {`SELECT organization_id, COUNT(*) FROM lots GROUP BY organization_id HAVING organization_id = $1`, "lots is not tied"},
	"a filter of one sum only":                   {`SELECT COUNT(*) FILTER (WHERE organization_id = $1), COUNT(*) FROM lots`, "lots is not tied"},
	"in the select list":                         {`SELECT organization_id = $1, id FROM lots`, "lots is not tied"},
	"one table of two":                           {`SELECT l.id FROM lots AS l JOIN materials AS m ON m.id = l.material_id WHERE l.organization_id = $1`, "materials is not tied"},
	"tied to each other, which a distributed database and SQLite's planner do not follow": {`SELECT l.id FROM lots AS l JOIN materials AS m ON m.organization_id = l.organization_id AND m.id = l.material_id WHERE l.organization_id = $1`, "materials is not tied"},
	"the wrong table twice":                           {`SELECT l.id FROM lots AS l JOIN materials AS m ON l.organization_id = $1 WHERE l.organization_id = $1`, "materials is not tied"},
	"a column without its table between two":          {`SELECT l.id FROM lots AS l CROSS JOIN users AS u WHERE organization_id = $1`, "lots is not tied"},
	"the table's name where it has another":           {`SELECT l.id FROM lots AS l WHERE lots.organization_id = $1`, "lots is not tied"},
	"a left join, the kept side tied in ON":           {`SELECT m.id FROM materials AS m LEFT JOIN lots AS l ON m.organization_id = $1 AND l.organization_id = $1 AND l.material_id = m.id`, "materials is not tied"},
	"a left join, the right side in no condition":     {`SELECT m.id FROM materials AS m LEFT JOIN lots AS l ON l.material_id = m.id WHERE m.organization_id = $1`, "lots is not tied"},
	"a right join, the kept side tied in ON":          {`SELECT m.id FROM lots AS l RIGHT JOIN materials AS m ON m.organization_id = $1 AND l.organization_id = $1`, "materials is not tied"},
	"a full join keeps both sides":                    {`SELECT a.id FROM lots AS a FULL JOIN materials AS b ON a.organization_id = $1 AND b.organization_id = $1`, "lots is not tied"},
	"ON of a later left join":                         {`SELECT m.id FROM materials AS m LEFT JOIN lots AS l ON l.material_id = m.id LEFT JOIN movements AS v ON v.organization_id = $1 AND l.organization_id = $1 WHERE m.organization_id = $1`, "lots is not tied"},
	"a natural join":                                  {`SELECT 1 FROM lots AS l NATURAL JOIN materials AS m WHERE l.organization_id = $1 AND m.organization_id = $1`, "NATURAL"},
	"using the organization":                          {`SELECT 1 FROM lots AS l JOIN materials AS m USING (organization_id) WHERE l.organization_id = $1`, "USING"},
	"a join with a name":                              {`SELECT 1 FROM (lots AS l JOIN materials AS m ON l.organization_id = $1 AND m.organization_id = $1) AS j`, "named join"},
	"renamed columns":                                 {`SELECT 1 FROM lots AS l (id, organization_id) WHERE l.organization_id = $1`, "columns renamed"},
	"one name for two tables":                         {`SELECT 1 FROM lots AS x CROSS JOIN materials AS x WHERE x.organization_id = $1`, "two tables are called x"},
	"tied from outside a sub-select":                  {`SELECT s.id FROM (SELECT id, organization_id FROM lots) AS s WHERE s.organization_id = $1`, "lots is not tied"},
	"a sub-select in the select list":                 {`SELECT (SELECT COUNT(*) FROM lots AS l WHERE l.material_id = m.id) FROM materials AS m WHERE m.organization_id = $1`, "lots is not tied"},
	"a sub-select in WHERE":                           {`SELECT id FROM materials WHERE organization_id = $1 AND id IN (SELECT material_id FROM lots)`, "lots is not tied"},
	"a sub-select that ties the outer table":          {`SELECT id FROM materials AS m WHERE EXISTS (SELECT 1 FROM lots AS l WHERE l.organization_id = $1 AND m.organization_id = $1)`, "materials is not tied"},
	"a sub-select in ORDER BY":                        {`SELECT id FROM materials WHERE organization_id = $1 ORDER BY (SELECT COUNT(*) FROM lots)`, "lots is not tied"},
	"a sub-select in LIMIT":                           {`SELECT id FROM materials WHERE organization_id = $1 LIMIT (SELECT COUNT(*) FROM lots)`, "lots is not tied"},
	"a sub-select in ON":                              {`SELECT m.id FROM materials AS m JOIN users AS u ON u.id IN (SELECT created_by FROM lots) WHERE m.organization_id = $1`, "lots is not tied"},
	"a sub-select in a function of FROM":              {`SELECT j.value FROM json_each((SELECT code FROM lots LIMIT 1)) AS j`, "lots is not tied"},
	"a common table expression":                       {`WITH few AS (SELECT id, organization_id FROM lots) SELECT id FROM few WHERE organization_id = $1`, "lots is not tied"},
	"the second arm of a recursive one":               {`WITH RECURSIVE tree AS (SELECT id FROM materials WHERE organization_id = $1 UNION ALL SELECT m.id FROM materials AS m JOIN tree AS t ON t.id = m.parent_id) SELECT id FROM tree`, "materials is not tied"},
	"one that hides a table":                          {`WITH lots AS (SELECT id FROM materials WHERE organization_id = $1) SELECT id FROM lots`, "hides the table"},
	"one that writes":                                 {`WITH gone AS (DELETE FROM lots WHERE organization_id = $1 RETURNING id) SELECT id FROM gone`, "changes data"},
	"the second arm of a union":                       {`SELECT id FROM lots WHERE organization_id = $1 UNION SELECT id FROM materials`, "materials is not tied"},
	"the second arm of except":                        {`SELECT id FROM lots WHERE organization_id = $1 EXCEPT SELECT id FROM lots`, "lots is not tied"},
	"memberships of everybody, in an organization":    {`SELECT l.id FROM lots AS l JOIN memberships AS m ON m.user_id = l.created_by WHERE l.organization_id = $1`, "memberships is not tied"},
	"another organization's name, in an organization": {`SELECT o.name FROM memberships AS m JOIN organizations AS o ON o.id = m.organization_id WHERE m.organization_id = $1`, "organizations is not tied"},
	"insert without the organization":                 {`INSERT INTO lots (id) VALUES ($1)`, "does not name the column"},
	"insert without columns":                          {`INSERT INTO lots VALUES ($1, $2)`, "does not name the column"},
	"insert only defaults":                            {`INSERT INTO lots DEFAULT VALUES`, "does not name the column"},
	"insert another parameter":                        {`INSERT INTO lots (id, organization_id) VALUES ($1, $2)`, "something else than $1"},
	"insert a second row of another":                  {`INSERT INTO lots (organization_id, id) VALUES ($1, $2), ($3, $4)`, "something else than $1"},
	"insert a row's own organization":                 {`INSERT INTO lots (organization_id, id) SELECT m.organization_id, m.id FROM materials AS m WHERE m.organization_id = $1 RETURNING id`, "something else than $1"},
	"insert behind a star":                            {`INSERT INTO lots (id, organization_id) SELECT s.*, $1 FROM (SELECT 1 AS id) AS s RETURNING id`, "something else than $1"},
	"insert from an untied table":                     {`INSERT INTO lots (organization_id, id) SELECT $1, m.id FROM materials AS m RETURNING id`, "materials is not tied"},
	"insert from one arm of a union":                  {`INSERT INTO lots (organization_id, id) SELECT $1, $2 UNION SELECT $3, $4 RETURNING id`, "something else than $1"},
	"insert what was selected, as COPY":               {`INSERT INTO lots (organization_id, id) SELECT $1, $2`, "RETURNING or ON CONFLICT"},
	"insert a sub-select inside VALUES":               {`INSERT INTO lots (organization_id, id) VALUES ($1, (SELECT id FROM users LIMIT 1))`, "inside VALUES"},
	"upsert on another key":                           {`INSERT INTO lots (organization_id, id) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING`, "does not name organization_id"},
	"upsert on any key":                               {`INSERT INTO lots (organization_id, id) VALUES ($1, $2) ON CONFLICT DO NOTHING`, "names no columns"},
	"upsert that moves a row":                         {`INSERT INTO lots (organization_id, id) VALUES ($1, $2) ON CONFLICT (organization_id, id) DO UPDATE SET organization_id = $3`, "never changes its organization"},
	"upsert that reads an untied table":               {`INSERT INTO lots (organization_id, id) VALUES ($1, $2) ON CONFLICT (organization_id, id) DO UPDATE SET on_hand = (SELECT COUNT(*) FROM movements)`, "movements is not tied"},
	"returning from an untied table":                  {`DELETE FROM lots WHERE organization_id = $1 RETURNING (SELECT COUNT(*) FROM movements)`, "movements is not tied"},
	"update everything":                               {`UPDATE lots SET on_hand = 0`, "lots is not tied"},
	"update by id":                                    {`UPDATE lots SET on_hand = $3 WHERE id = $2`, "lots is not tied"},
	"update that moves rows":                          {`UPDATE lots SET organization_id = $2 WHERE organization_id = $1`, "never changes its organization"},
	"update that moves rows to where they are":        {`UPDATE lots SET organization_id = $1 WHERE organization_id = $1`, "never changes its organization"},
	"update from an untied table":                     {`UPDATE lots SET unit_cost = m.price FROM materials AS m WHERE lots.organization_id = $1 AND m.id = lots.material_id`, "materials is not tied"},
	"update that ties only what it reads":             {`UPDATE lots SET unit_cost = m.price FROM materials AS m WHERE m.organization_id = $1 AND m.id = lots.material_id`, "lots is not tied"},
	"update that reads an untied table":               {`UPDATE lots SET on_hand = (SELECT SUM(v.quantity) FROM movements AS v) WHERE organization_id = $1`, "movements is not tied"},
	"delete everything":                               {`DELETE FROM lots`, "lots is not tied"},
	"delete using an untied table":                    {`DELETE FROM lots USING materials AS m WHERE lots.organization_id = $1`, "materials is not tied"},
	"a table nobody knows":                            {`SELECT id FROM lost WHERE organization_id = $1`, "lost is a table the proof does not know"},
	"a table of another spelling":                     {`SELECT id FROM "Lots" WHERE organization_id = $1`, "does not know"},
	"a table by its schema":                           {`SELECT id FROM public.lots WHERE organization_id = $1`, "its schema"},
	"only":                                            {`SELECT id FROM ONLY lots WHERE organization_id = $1`, "ONLY"},
	"lateral":                                         {`SELECT 1 FROM materials AS m CROSS JOIN LATERAL (SELECT 1 FROM lots AS l WHERE l.organization_id = $1) AS s WHERE m.organization_id = $1`, "LATERAL"},
	"a sample":                                        {`SELECT id FROM lots TABLESAMPLE system (10) WHERE organization_id = $1`, "does not know"},
	"a lock":                                          {`SELECT id FROM lots WHERE organization_id = $1 FOR UPDATE`, "does not know"},
	"select into":                                     {`SELECT id INTO copied FROM lots WHERE organization_id = $1`, "does not know"},
	"a function that could read anything":             {`SELECT query_to_xml('SELECT * FROM lots', true, true, '')`, "query_to_xml"},
	"a function in FROM":                              {`SELECT * FROM dblink('SELECT * FROM lots') AS d`, "dblink"},
	"rows of a function by its schema":                {`SELECT evil.count(*) FROM lots WHERE organization_id = $1`, "evil.count"},
	"an array":                                        {`SELECT ARRAY(SELECT id FROM lots)`, "lots is not tied"},
	"merge":                                           {`MERGE INTO lots AS l USING materials AS m ON l.id = m.id WHEN MATCHED THEN DELETE`, "can be proved"},
	"truncate":                                        {`TRUNCATE lots`, "can be proved"},
	"copy":                                            {`COPY lots TO STDOUT`, "can be proved"},
	"a block of procedural code":                      {`DO 'BEGIN DELETE FROM lots; END'`, "can be proved"},
	"two statements":                                  {`SELECT id FROM lots WHERE organization_id = $1; DELETE FROM lots`, "2 statements"},
	"no statement":                                    {`-- SELECT`, "0 statements"},
	"what is no SQL":                                  {`SELECT id FRM lots`, "cannot be parsed"},
	"the directory: a table of organizations":         {`SELECT id FROM lots WHERE organization_id = $1`, "given none"},
	"the directory: a table of organizations, by id":  {`SELECT id FROM lots WHERE id = $1`, "given none"},
	"the directory: into a table of organizations":    {`INSERT INTO lots (organization_id, id) VALUES ($1, $2)`, "given none"},
	"the directory: a membership moves":               {`UPDATE memberships SET organization_id = $1 WHERE user_id = $2`, "never changes its organization"},
}

func prove(name, sql string) error {
	if strings.HasPrefix(name, "the directory") {
		return schema.ForSystem(sql)
	}
	return schema.ForOrganization(sql)
}

func TestProved(t *testing.T) {
	for name, sql := range good {
		if err := prove(name, sql); err != nil {
			t.Errorf("%s: %v\n%s", name, err, sql)
		}
	}
}

func TestRefused(t *testing.T) {
	for name, c := range bad {
		if err := prove(name, c.sql); err == nil {
			t.Errorf("%s was proved:\n%s", name, c.sql)
		} else if !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: it says %q and not %q", name, err, c.says)
		}
	}
}

// A node kind may be known only if some statement shows what the proof makes of it.
func TestKnownKindsAreShown(t *testing.T) {
	shown := map[string]bool{}
	for _, sql := range good {
		for _, kind := range kindsIn(t, sql) {
			shown[kind] = true
		}
	}
	for _, kind := range kinds {
		if !shown[kind] {
			t.Errorf("%s is known and in no good statement", kind)
		}
	}
}

func kindsIn(t *testing.T, sql string) (all []string) {
	t.Helper()
	tree, err := parser.Parse(sql)
	if err != nil {
		t.Fatal(err)
	}
	walk(tree, func(m proto.Message) bool {
		all = append(all, string(m.ProtoReflect().Descriptor().Name()))
		return true
	})
	return all
}
