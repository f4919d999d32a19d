package sql

// kind is what a column's values are, as far as reading needs to know it.
type kind uint8

const (
	other   kind = iota // any text that the database writes
	words               // texts that people wrote
	number              // whole numbers and exact decimals
	moment              // times with a zone
	clock               // times without one
	day                 // dates
	unknown             // bytes of a text whose encoding the database does not know
	binary              // bytes that are no text
)

// column is one column of the table or query.
type column struct {
	name     string
	kind     kind
	typ      string // as the engine calls it in a cast
	nullable bool   // unless it is known not to be
	expr     string // what is selected; "" is the column itself
}

// shape is what is known of a table or query before it is read.
type shape struct {
	columns []column
	key     []string // the primary key, of a table that has one
	order   string   // what orders the rows of a table without a key, as SQLite's rowid; "" is nothing
}

// find is the column of that name, and where it is.
func (s shape) find(name string) (int, bool) {
	for i := range s.columns {
		if s.columns[i].name == name {
			return i, true
		}
	}
	return -1, false
}

func (s shape) names() []string {
	out := make([]string, len(s.columns))
	for i := range s.columns {
		out[i] = s.columns[i].name
	}
	return out
}
