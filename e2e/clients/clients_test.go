package clients

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	owners "creditsync/internal/process"
	"creditsync/internal/testkit/module"
	"creditsync/internal/testkit/site"
)

// echo is a text in which every escape goes wrong that can.
const echo = "O'Neil \\ 行政\n处罚\t。"

// seen is what a client reads and does, each in its own way.
type seen struct {
	Rows      [][]any // the first fifty records: id, name, date, fine with six digits or null, parts of the number, milliseconds
	Counted   int     // the records for which a comparison with parameters holds
	Echo      string  // a parameter, back from the engine
	Exception string  // what came of a query of a table that is not there
	Cancelled bool    // a query that runs for days was cancelled
}

// wanted is what it has to read, in the words of the engine's HTTP interface.
const wanted = `SELECT record_id, subject_name, toString(decision_date), toDecimalString(fine_wanyuan, 6), splitByString('〔', decision_no), toUnixTimestamp64Milli(ingested_at)
	FROM credit.admin_penalty ORDER BY record_id LIMIT 50 FORMAT JSONCompactEachRow SETTINGS output_format_json_quote_64bit_integers = 0`

// inserted are the rows that each client writes into a table of its own.
const inserted = `[[1,"第一行","2024-02-29","1.000001",null,["甲","乙"]],[2,"it's \\ \t","1931-01-01","-0.500000","x",[]],[3,"","2099-12-31","123456789012.345678",null,[""]]]`

// deployment is a synced site with its engine and broker up.
type deployment struct {
	*site.Site
	source                 *site.Source
	host, http, nativePort string
}

func synced(t *testing.T) *deployment {
	t.Helper()
	d := &deployment{Site: site.New(t, program.Path(t), site.NewKeys(t), site.Config{}), source: site.NewSource(t)}
	var err error
	if d.host, d.http, err = net.SplitHostPort(d.HTTP); err != nil {
		t.Fatal(err)
	}
	d.Configure("creditsync.yaml", site.Config{Warehouse: fmt.Sprintf(`{embedded: {http: %q, native: "%s:0"}}`, d.HTTP, d.host)})
	d.Beside()
	d.Deliver(d.source.Files(t, 0))
	d.Calmly()
	owner, ok, err := owners.ReadOwner(filepath.Join(d.Data, "clickhouse.lock"))
	if err != nil || !ok {
		t.Fatalf("the engine's lock: %v, %v", ok, err)
	}
	if _, d.nativePort, err = net.SplitHostPort(owner.Addresses["native"]); err != nil {
		t.Fatalf("the engine's addresses %v: %v", owner.Addresses, err)
	}
	d.Ask("CREATE DATABASE scratch")
	return d
}

// clients are all of them: what each has seen, from a deployment.
func clients(t *testing.T, d *deployment) map[string]func(*testing.T) seen {
	t.Helper()
	python, err := module.Python()
	if err != nil {
		t.Fatal(err)
	}
	others, err := exec.CommandContext(t.Context(), "../../scripts/clients.sh").Output()
	if err != nil {
		t.Fatalf("scripts/clients.sh: %v", err)
	}
	dir := strings.TrimSpace(string(others))
	return map[string]func(*testing.T) seen{
		"go_http":   func(t *testing.T) seen { return d.clickhouseGo(t, "go_http") },
		"go_native": func(t *testing.T) seen { return d.clickhouseGo(t, "go_native") },
		"connect": func(t *testing.T) seen {
			return d.program(t, nil, python, "python/reader.py", "connect", d.host, d.http, d.nativePort)
		},
		"driver": func(t *testing.T) seen {
			return d.program(t, nil, python, "python/reader.py", "driver", d.host, d.http, d.nativePort)
		},
		"node": func(t *testing.T) seen {
			return d.program(t, []string{"NODE_PATH=" + filepath.Join(dir, "node_modules")}, "node", "node/reader.cjs", d.host, d.http)
		},
		"java": func(t *testing.T) seen {
			return d.program(t, nil, "java", "-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Dfile.encoding=UTF-8", "--source", "17",
				"-cp", filepath.Join(dir, "java", "*"), "java/Reader.java", d.host, d.http)
		},
	}
}

// program runs one in another language, which prints what it has seen.
func (d *deployment) program(t *testing.T, env []string, name string, args ...string) (s seen) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	var complaints bytes.Buffer
	cmd.Env, cmd.Stderr, cmd.WaitDelay = slices.Concat(os.Environ(), env), &complaints, 10*time.Second
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s\n%s", name, err, out, complaints.String())
	}
	if err := json.Unmarshal(out, &s); err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
	return s
}

// Every client reads the records as they are, sends parameters, is told of errors, writes, and cancels.
func TestClients(t *testing.T) {
	t.Parallel()
	d := synced(t)
	var rows [][]any
	for _, line := range d.Ask(wanted) {
		var row []any
		if err := json.Unmarshal([]byte(line), &row); err != nil {
			t.Fatal(err)
		}
		rows = append(rows, row)
	}
	if old := d.Ask("SELECT count() FROM credit.admin_penalty_history WHERE abs(dateDiff('second', ingested_at, now())) > 3600"); old[0] != "0" {
		t.Errorf("%s versions were not written now, says their time", old[0])
	}
	records := d.Ask("SELECT count() FROM credit.admin_penalty WHERE decision_date >= '2016-01-01'")[0]
	all := clients(t, d)
	// One after the other: each ends with nothing of it left in the engine.
	for name, client := range all {
		t.Run(name, func(t *testing.T) {
			t.Cleanup(func() {
				if d.Engine.Over() {
					t.Errorf("the engine has ended: %s", d.Engine.Printed())
				}
			})
			got := client(t)
			if len(rows) != 50 || !reflect.DeepEqual(got.Rows, rows) {
				t.Errorf("rows: got\n%v\nwant\n%v", got.Rows, rows)
			}
			if fmt.Sprint(got.Counted) != records || got.Echo != echo {
				t.Errorf("with parameters: got %d records and %q, want %s and %q", got.Counted, got.Echo, records, echo)
			}
			if !strings.Contains(got.Exception, "60") || !strings.Contains(got.Exception, "credit.nothing") {
				t.Errorf("the exception: %q", got.Exception)
			}
			written := d.Ask("SELECT id, name, toString(day), toDecimalString(amount, 6), note, list FROM scratch." + name + " ORDER BY id FORMAT JSONCompactEachRow")
			if got := "[" + strings.ReplaceAll(strings.Join(written, ","), ", ", ",") + "]"; got != inserted {
				t.Errorf("wrote\n%s\nwant\n%s", got, inserted)
			}
			if !got.Cancelled {
				t.Error("the long query was not cancelled")
			}
			d.Engine.Every(20*time.Millisecond, "the cancelled query has ended", func() bool {
				return d.Ask("SELECT count() FROM system.processes WHERE query LIKE '%ignore(''" + name + "'')%' AND query NOT LIKE '%processes%'")[0] == "0"
			})
		})
	}
	t.Run("two beside a run", func(t *testing.T) { d.besideARun(t, all) })
}

// besideARun: a run that two clients query beside ends as it should.
func (d *deployment) besideARun(t *testing.T, all map[string]func(*testing.T) seen) {
	d.Ask("DROP DATABASE scratch")
	d.Ask("CREATE DATABASE scratch")
	before := d.Ask("SELECT max(run_no), count() FROM credit.admin_penalty_history")[0]
	d.Deliver(d.source.Files(t, 1))
	run := d.Start(nil, "run", "--json")
	t.Run("together", func(t *testing.T) {
		for _, name := range []string{"driver", "go_http"} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				if got := all[name](t); got.Echo != echo || len(got.Rows) != 50 || !got.Cancelled {
					t.Errorf("got %d rows, echo %q, cancelled %v", len(got.Rows), got.Echo, got.Cancelled)
				}
			})
		}
	})
	if got := run.Outcome(); got != "exit 0" {
		t.Fatalf("the run: %s\n%s", got, run.Printed())
	}
	if after := d.Ask("SELECT max(run_no), count() FROM credit.admin_penalty_history")[0]; after == before {
		t.Errorf("the run changed nothing: %s", after)
	}
	verify := d.Start(nil, "verify")
	if got := verify.Ended(); got != 0 {
		t.Errorf("verify: exit %d\n%s", got, verify.Printed())
	}
}
