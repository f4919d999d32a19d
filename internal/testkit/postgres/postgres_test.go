package postgres

import "testing"

func TestStart(t *testing.T) {
	t.Parallel()
	s, err := Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	a, b := s.Database(t), s.Database(t, "ENCODING SQL_ASCII LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0")
	for _, name := range []string{a, b} {
		var got string
		if err := s.Connect(t, name).QueryRow(t.Context(), "SELECT current_database()").Scan(&got); err != nil || got != name {
			t.Errorf("got %q, %v, want %q", got, err, name)
		}
	}
}
