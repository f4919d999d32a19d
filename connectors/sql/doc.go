// Package sql reads tables and queries of PostgreSQL, MySQL, MariaDB and SQLite, whole or from a cursor on, as the text that
// the database itself writes for each value: no number goes through a float, no time through another zone.
//
// The road of a row: wire (the connection, counted, with a bound on its silence) → session (one read-only connection inside
// one consistent snapshot: postgres.go, mysql.go, sqlite.go) → rows (cells as bytes, straight from the wire) → reader
// (refuses what is no row, names each row) → package columns (Arrow). plan.go says which statements are asked, cursor.go
// where the next read goes on, faults.go has every sentence that people read.
//
// Decisions that are not obvious:
//
//   - One read is one transaction with one snapshot (REPEATABLE READ, WITH CONSISTENT SNAPSHOT, a read transaction), and
//     by default one statement whose rows are streamed. With `page` it is a statement a page, by key, in the same snapshot.
//     A read that breaks is broken as a whole: there is no going on in the middle under another snapshot.
//   - PostgreSQL is read by COPY (…) TO STDOUT in its text format: it is the fastest way out of the server, and the text is
//     what the types' own output functions write.
//   - The rows come ordered by the key, after the cursor where there is one: which of two rows of one record counts must
//     not depend on the day's query plan.
//   - A cursor is read from inclusively, and from `lag` before it: rows that were committed late, or in the same second,
//     come again rather than never. It never moves beyond the source's own clock, so that one row dated 9999-12-31 does
//     not end all reading. Rows whose cursor is NULL are read every time.
//   - Texts whose encoding the database does not know (SQL_ASCII, latin1 full of something else, SQLite written by careless
//     programs) are not guessed: either they are ASCII, or `encoding` says what they are, or the read fails.
//   - Binary columns are left out, unless a field would be fed by one: then the read fails and says what to do.
//   - A ref is the table and the row's key. A key that looks like a person's name or number is not shown: refs are stored
//     and sent. Such rows are counted instead (t@12, not t#…).
//   - The environment (PGHOST, PGPASSFILE, …) has no say: what is read depends on the configuration alone.
//
// It knows no record kinds, and writes nothing: sessions are read-only.
package sql
