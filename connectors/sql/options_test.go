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

func TestRefs_HidePersons(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ key, want string }{
		{"12", "t#12"}, {"1860382911238967296", "t#1860382911238967296"}, {"（2024）赣0802民初12号", "t#（2024）赣0802民初12号"},
		{"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "t#a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"}, {"91360802MA36T00X6M", "t#91360802MA36T00X6M"}, {"20240103120000", "t#20240103120000"},
		{"36080219900101982X", "t@1"}, {"案36080219900101982x号", "t@1"}, {"360802900101982", "t@1"}, {"13812345678", "t@1"}, {"E12345678", "t@1"},
		{"欧阳拟源", "t@1"}, {"John Smith", "t@1"}, {"", "t@1"}, {"1\n2", "t@1"}, {strings.Repeat("9", 300), "t@1"}, {"1\xff", "t@1"},
	} {
		r := refs{table: "t", key: []int{0}}
		if got := string(r.of([][]byte{[]byte(test.key)})); got != test.want {
			t.Errorf("%q: got %s, want %s", test.key, got, test.want)
		}
	}
	r := refs{table: "t", key: []int{1, 0}}
	if got, want := string(r.of([][]byte{[]byte("1"), []byte("2024-7")})), "t#2024-7/1"; got != want {
		t.Errorf("got %s, want %s", got, want)
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
