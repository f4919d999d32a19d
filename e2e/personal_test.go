package e2e

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"creditsync/internal/vault"
)

// TestPersonalData searches everything that creditsync writes for the personal numbers of its input: right ones, wrong
// ones, those in free text, in refused rows and in rows that are no rows.
func TestPersonalData(t *testing.T) {
	dir := generate(t, "personal", "--rows", "12000", "--seed", "11", "--encoding", "gb18030", "--defects", "0.15", "--ids", "20000")
	look := newSearch(t, dir)
	if n := len(look.numbers); n < 20_000 {
		t.Fatalf("%d personal numbers in the input, want 20,000", n)
	}
	s := newSite(t, setup{})
	s.put(filepath.Join(dir, "penalties.csv"), "inbox/penalties.csv")
	look.proveWith(s.path("inbox/penalties.csv"))

	s.up()
	s.do("check")
	s.do("preview", "penalties", "--rows", "500")
	s.do("preview", "penalties", "--rows", "500", "--json")
	s.env = []string{"CREDITSYNC_TEST_DIE_AT=written"}
	if r := s.do("run", "--log-level", "debug"); r.status != -1 {
		t.Fatalf("a run that kills itself: exit %d\n%s", r.status, r.stderr)
	}
	s.env = nil
	if n := s.text("SELECT count() > 9000 FROM credit.admin_penalty_stage"); n != "1" {
		t.Error("the stage of the killed run is empty: nothing to search")
	}
	s.everything(look, "after a killed run")
	s.want(0, "run", "--log-level", "debug")
	s.want(0, "run")
	s.quarantine()
	s.do("quarantine", "ls", "--limit", "0")
	var receipts []string
	for i, r := range s.quarantine() {
		if i%10 == 0 {
			receipts = append(receipts, r.Receipt)
		}
	}
	s.want(0, append([]string{"quarantine", "show"}, receipts...)...)
	s.want(0, append([]string{"quarantine", "show", "--json"}, receipts...)...)
	s.want(0, "quarantine", "export", "penalties", "--to", "refused")
	s.do("quarantine", "replay")
	s.want(0, "quarantine", "dismiss", receipts[0], "--reason", "试验")
	s.want(0, "record", s.text("SELECT any(record_id) FROM credit.admin_penalty WHERE id_no != ''"))
	s.want(0, "runs", "--json")
	s.everything(look, "at the end")
	look.text("what the commands printed", s.output.String())
	look.none()
	t.Logf("%d bytes searched for %d numbers", look.bytes, len(look.numbers))

	s.sub("keys open the ciphers", func(t *testing.T) { s.opens(t, dir) })
}

// proveWith shows that the search finds what is there: the input itself holds nearly all of the numbers.
func (look *search) proveWith(path string) {
	look.t.Helper()
	look.files(path)
	if n := look.found["file "+path]; n < len(look.numbers)*9/10 {
		look.t.Fatalf("the search finds %d of %d numbers in the input", n, len(look.numbers))
	}
	delete(look.found, "file "+path)
}

// everything searches files, tables and topics of the site.
func (s *site) everything(look *search, when string) {
	s.t.Helper()
	for _, name := range []string{"data", "refused", "engine.out", "broker.out", "creditsync.yaml"} {
		if matches, _ := filepath.Glob(s.path(name)); len(matches) > 0 {
			look.files(s.path(name))
		}
	}
	tables := strings.Split(s.text(`SELECT concat(database, '.', name) FROM system.tables
WHERE database NOT IN ('system', 'information_schema', 'INFORMATION_SCHEMA') OR database = 'system' AND (name LIKE '%\\_log' OR name IN ('processes', 'errors', 'parts', 'mutations'))`), "\n")
	if !slices.Contains(tables, "credit.admin_penalty_stage") || !slices.Contains(tables, "credit.quarantine") {
		s.t.Fatalf("tables to search: %v", tables)
	}
	for _, table := range tables {
		body := s.ask("SELECT * FROM " + table + " FORMAT TSV")
		look.in("table "+table+" "+when, body)
		body.Close()
	}
	s.topics(look, when)
}

// topics searches every record of every topic, also those that were never committed.
func (s *site) topics(look *search, when string) {
	s.t.Helper()
	// A partition may end with the mark of a transaction, which is a record too.
	cl, err := kgo.NewClient(kgo.SeedBrokers(s.broker), kgo.FetchIsolationLevel(kgo.ReadUncommitted()), kgo.KeepControlRecords())
	if err != nil {
		s.t.Fatal(err)
	}
	defer cl.Close()
	ends, err := kadm.NewClient(cl).ListEndOffsets(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	left := map[string]map[int32]int64{}
	ends.Each(func(o kadm.ListedOffset) {
		if o.Offset > 0 {
			if left[o.Topic] == nil {
				left[o.Topic] = map[int32]int64{}
			}
			left[o.Topic][o.Partition] = o.Offset
			cl.AddConsumePartitions(map[string]map[int32]kgo.Offset{o.Topic: {o.Partition: kgo.NewOffset().AtStart()}})
		}
	})
	ctx, cancel := context.WithTimeout(s.t.Context(), time.Minute)
	defer cancel()
	for len(left) > 0 {
		fetches := cl.PollFetches(ctx)
		if ctx.Err() != nil {
			s.t.Fatalf("topics were not read to their ends: %v", left)
		}
		fetches.EachRecord(func(r *kgo.Record) {
			where := "topic " + r.Topic + " " + when
			look.in(where, bytes.NewReader(r.Key))
			look.in(where, bytes.NewReader(r.Value))
			for _, h := range r.Headers {
				look.in(where, bytes.NewReader(h.Value))
			}
			if r.Offset+1 >= left[r.Topic][r.Partition] {
				delete(left[r.Topic], r.Partition)
				if len(left[r.Topic]) == 0 {
					delete(left, r.Topic)
				}
			}
		})
	}
}

// opens opens stored ciphers with the keys of the site and holds them against the clear values.
func (s *site) opens(t *testing.T, dir string) {
	keys, _, err := vault.Open(s.path("data/keys.json"), vault.Options{Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	open := func(class, field, sealed string) string {
		b, err := hex.DecodeString(sealed)
		if err == nil {
			b, err = keys.Sealer(class, "admin_penalty", field).Open(b, nil)
		}
		if err != nil {
			t.Fatalf("open %s: %v", field, err)
		}
		return string(b)
	}
	type stored struct {
		Line               int
		Person, Rep, Texts string
	}
	rows := map[int]stored{}
	for _, r := range query[stored](s, "SELECT "+lineOf+" AS Line, hex(id_no_cipher) AS Person, hex(legal_rep_id_no_cipher) AS Rep, hex(text_cipher) AS Texts FROM credit.admin_penalty_live FINAL") {
		rows[r.Line] = r
	}
	opened, texts := 0, 0
	truths(t, dir, func(want truth) {
		got, here := rows[want.Line]
		if !want.OK || !here {
			return
		}
		for field, sealed := range map[string]string{"id_no": got.Person, "legal_rep_id_no": got.Rep} {
			if sealed == "" {
				continue
			}
			opened++
			if clear := open("resident_id", field, sealed); clear != want.Values[field] {
				t.Errorf("line %d: %s opens as %d characters that are not those of the input", want.Line, field, len(clear))
			}
		}
		if len(want.TextIDs) == 0 {
			if got.Texts != "" {
				t.Errorf("line %d: has sealed texts and no ID in one", want.Line)
			}
			return
		}
		texts++
		var clear map[string]string
		if err := json.Unmarshal([]byte(open("text", "text_cipher", got.Texts)), &clear); err != nil {
			t.Fatal(err)
		}
		for field := range want.TextIDs {
			if clear[field] != want.Values[field] {
				t.Errorf("line %d: the sealed %s is not that of the input", want.Line, field)
			}
		}
	})
	if opened < 1000 || texts < 100 {
		t.Errorf("%d numbers and %d texts were opened: too few to say anything", opened, texts)
	}
}
