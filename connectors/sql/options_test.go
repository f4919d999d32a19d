package sql

import (
	"fmt"
	"strings"
	"testing"

	"creditsync/connectors"
	"creditsync/internal/fault"
)

func TestOptions_Validate(t *testing.T) {
	t.Parallel()
	server := Defaults()
	server.Engine, server.Host, server.Database, server.User, server.Table = "postgres", "db.example", "court", "reader", "penalty"
	file := Defaults()
	file.Engine, file.File, file.Query = "sqlite", "/a.db", "SELECT 1"
	for _, test := range []struct {
		o      Options
		change func(*Options)
		want   string // the key that is complained of; "" is none
	}{
		{server, func(*Options) {}, ""},
		{file, func(*Options) {}, ""},
		{server, func(o *Options) { o.Engine = "oracle" }, "engine"},
		{server, func(o *Options) { o.Host = "" }, "host"},
		{server, func(o *Options) { o.Host = "postgres://db" }, "host"},
		{server, func(o *Options) { o.Database = " " }, "database"},
		{server, func(o *Options) { o.User = "" }, "user"},
		{server, func(o *Options) { o.File = "/a.db" }, "file"},
		{server, func(o *Options) { o.TLS = &TLS{Cert: "a"} }, "tls"},
		{server, func(o *Options) { o.Host, o.TLS = "/run/socket", &TLS{} }, "tls"},
		{server, func(o *Options) { o.Table = "" }, "table"},
		{server, func(o *Options) { o.Query = "SELECT 1" }, "table"},
		{server, func(o *Options) { o.Table = "a.b.c" }, "table"},
		{server, func(o *Options) { o.Table = `"a.b".c` }, ""},
		{server, func(o *Options) { o.Table = "a." }, "table"},
		{server, func(o *Options) { o.Key = []string{"id", ""} }, "key"},
		{server, func(o *Options) { o.Cursor, o.Lag = "at", "soon" }, "lag"},
		{server, func(o *Options) { o.Cursor, o.Lag = "at", "-1" }, "lag"},
		{server, func(o *Options) { o.Cursor, o.Lag = "at", "7d" }, ""},
		{server, func(o *Options) { o.Lag = "7d" }, "lag"},
		{server, func(o *Options) { o.Encoding = "big5" }, "encoding"},
		{server, func(o *Options) { o.Timeout = 0 }, "timeout"},
		{file, func(o *Options) { o.File = "" }, "file"},
		{file, func(o *Options) { o.Password = connectors.NewSecret("hunter2") }, "sqlite"},
	} {
		o := test.o
		test.change(&o)
		err := o.Validate()
		switch {
		case test.want == "" && err != nil:
			t.Errorf("%+v: %v", o, err)
		case test.want != "" && err == nil:
			t.Errorf("%+v: no complaint of %s", o, test.want)
		case test.want != "":
			if said := fault.Say(err, fault.English); !strings.Contains(said, test.want) || strings.Contains(said, "hunter2") || fault.ClassOf(err) != fault.Input {
				t.Errorf("%+v: %s, want a complaint of %s", o, said, test.want)
			}
			if _, err := New(o); err == nil {
				t.Errorf("%+v is built", o)
			}
		}
	}
}

func TestOptions_SuitsAndWhere(t *testing.T) {
	t.Parallel()
	o := Defaults()
	o.Engine, o.Host, o.Database, o.Table = "mariadb", "::1", "court", "penalty"
	if got, want := o.Where(), "mariadb [::1]:3306/court: penalty"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	for _, m := range []connectors.Mode{connectors.Snapshot, connectors.Append, connectors.Incremental} {
		o.Cursor = ""
		if err := o.Suits(m); (err == nil) != (m != connectors.Incremental) {
			t.Errorf("%s without a cursor: %v", m, err)
		}
		o.Cursor = "at"
		if err := o.Suits(m); (err == nil) != (m == connectors.Incremental) {
			t.Errorf("%s with a cursor: %v", m, err)
		}
	}
}

// TestOptions_SecretNeverPrints: whoever logs the options does not log the password.
func TestOptions_SecretNeverPrints(t *testing.T) {
	t.Parallel()
	o := Defaults()
	o.Password = connectors.NewSecret("hunter2")
	s := &Source{o: o}
	if said := fmt.Sprintf("%v %+v %#v %+v", o, o, o, s); strings.Contains(said, "hunter2") {
		t.Error(said)
	}
}

func TestNearest(t *testing.T) {
	t.Parallel()
	names := []string{"penalty", "Case_Party", "court"}
	for _, test := range []struct{ meant, want string }{{"penalti", "penalty"}, {"case_party", "Case_Party"}, {"zzz", ""}, {"", ""}, {"cout", "court"}} {
		if got := nearest(test.meant, names); got != test.want {
			t.Errorf("%s: got %s, want %s", test.meant, got, test.want)
		}
	}
	if got, want := nearestTable("penalty", []string{"x.penalty"}), "x.penalty"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
