package sql

import (
	"errors"
	"testing"

	"creditsync/connectors"
	"creditsync/internal/testkit/drain"
	"creditsync/internal/testkit/postgres"
)

// TestStandby_ReplicationBreaksOff reads from a real replica, and is broken off by what the primary removed meanwhile: the
// read fails as a whole, as one that may be begun anew.
func TestStandby_ReplicationBreaksOff(t *testing.T) {
	t.Parallel()
	primary, err := postgres.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(primary.Stop)
	conn := primary.Connect(t, "postgres")
	exec := func(sql string) {
		t.Helper()
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	exec("CREATE TABLE penalty AS SELECT i AS id, repeat('吉安', 200) AS name FROM generate_series(1, 60000) AS i")
	exec("ALTER TABLE penalty ADD PRIMARY KEY (id)")
	standby, err := primary.Standby(t.Context(), "max_standby_streaming_delay=50ms", "hot_standby_feedback=off")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(standby.Stop)
	o := pgOptions(Defaults(), "postgres", standby.Port)
	o.Table = "penalty"
	if out := got(t, o, connectors.Request{}); len(out.Rows) != 60000 {
		t.Fatalf("%d rows from the replica", len(out.Rows))
	}
	in, err := source(t, o).Open(t.Context(), connectors.Request{Zone: drain.Shanghai(t)})
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	b, err := in.Next(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b.Release()
	exec("DELETE FROM penalty WHERE id > 10")
	exec("VACUUM penalty")
	replica := standby.Connect(t, "postgres")
	wait(t, "the replica has followed", func() bool {
		var n int
		return replica.QueryRow(t.Context(), "SELECT count(*) FROM penalty").Scan(&n) == nil && n == 10
	})
	rows := 0
	for err == nil {
		if b, err = in.Next(t.Context()); err == nil {
			rows += int(b.Rows.NumRows())
			b.Release()
		}
	}
	var broken *connectors.Interrupted
	if !errors.As(err, &broken) {
		t.Errorf("after %d more rows: %v, want it broken off", rows, err)
	}
	isFault(t, err, "sql.conflict", "max_standby_streaming_delay")
	if out := got(t, o, connectors.Request{}); len(out.Rows) != 10 {
		t.Errorf("begun anew: %d rows, want 10", len(out.Rows))
	}
}
