package mariadb

import "testing"

func TestStart(t *testing.T) {
	t.Parallel()
	s, err := Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	name := s.Database(t)
	var got string
	if err := s.Connect(t, name).QueryRowContext(t.Context(), "SELECT database()").Scan(&got); err != nil || got != name {
		t.Errorf("got %q, %v, want %q", got, err, name)
	}
}
