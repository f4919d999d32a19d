package e2e

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"creditsync/internal/bus"
	"creditsync/internal/testkit/kafka"
	"creditsync/internal/testkit/module"
)

// TestKafka42 loads two nights beside the embedded broker and beside Apache Kafka 4.2: the messages are the same, and the
// tools of others read them and the views.
func TestKafka42(t *testing.T) {
	t.Parallel()
	base := []string{"--rows", "2000", "--seed", "9", "--keyed-defects", "--no-huge"}
	first := generate(t, "kafka", base...)
	second, _ := night(t, "kafka", base)
	broker := kafka.Run(t)
	here, there := newSite(t, setup{}), newSite(t, setup{bus: fmt.Sprintf(`{kafka: {brokers: [%q]}}`, broker.Addr)})
	here.up()
	there.upEngine()
	there.broker = broker.Addr
	for i, s := range []*site{here, there} {
		if i == 1 { // the same keys make the same record ids and ciphers
			s.write("data/keys.json", string(read(t, here.path("data/keys.json"))))
			if err := os.Chmod(s.path("data/keys.json"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		for _, dir := range []string{first, second} {
			s.put(filepath.Join(dir, "penalties.csv"), "inbox/penalties.csv")
			s.done()
		}
	}
	want, got := here.comparable(), there.comparable()
	if len(want) == 0 || len(got) != len(want) {
		t.Fatalf("%d messages on Apache Kafka, %d on the embedded broker", len(got), len(want))
	}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("message %d differs:\nApache Kafka %s\nembedded     %s", i, got[i], want[i])
		}
	}
	there.sub("kcat reads the topic", func(t *testing.T) { kcat(t, broker.Addr, there.messages()) })
	there.sub("kcat reads the embedded broker", func(t *testing.T) { kcat(t, here.broker, here.messages()) })
	there.sub("clickhouse-connect reads the views", there.analyst)
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// comparable are the messages of the site as text, without what depends on when and by whom they were told.
func (s *site) comparable() []string {
	s.t.Helper()
	list := s.messages()
	slices.SortFunc(list, func(a, b bus.Message) int {
		return cmp.Or(cmp.Compare(a.Partition, b.Partition), cmp.Compare(a.Offset, b.Offset))
	})
	out := make([]string, len(list))
	for i, m := range list {
		var b strings.Builder
		fmt.Fprintf(&b, "%d %s\n", m.Partition, m.Key)
		for _, h := range m.Headers {
			switch h.Key {
			case "ce_time", "run":
				fmt.Fprintf(&b, "%s\n", h.Key)
			case "ce_source": // creditsync/<deployment>/<pipeline>
				parts := strings.Split(string(h.Value), "/")
				fmt.Fprintf(&b, "%s %s %d\n", h.Key, parts[len(parts)-1], len(parts))
			default:
				fmt.Fprintf(&b, "%s %s\n", h.Key, h.Value)
			}
		}
		fmt.Fprintf(&b, "%s", m.Value)
		out[i] = b.String()
	}
	return out
}

// kcat reads the topic with Debian's kcat and holds it against what the program's own reader found.
func kcat(t *testing.T, addr string, want []bus.Message) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "kcat", "-b", addr, "-t", topic, "-C", "-e", "-q", "-o", "beginning",
		"-X", "isolation.level=read_committed", "-f", "%p %k %h %S\n")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("kcat: %v", err)
	}
	var got, expected []string
	for line := range strings.Lines(string(out)) {
		got = append(got, strings.TrimSuffix(line, "\n"))
	}
	for _, m := range want {
		headers := make([]string, len(m.Headers))
		for i, h := range m.Headers {
			headers[i] = h.Key + "=" + string(h.Value)
		}
		expected = append(expected, fmt.Sprintf("%d %s %s %d", m.Partition, m.Key, strings.Join(headers, ","), len(m.Value)))
	}
	slices.Sort(got)
	slices.Sort(expected)
	if !slices.Equal(got, expected) {
		t.Errorf("kcat reads %d messages, want %d; the first: %q, want %q", len(got), len(expected), first(got), first(expected))
	}
}

func first(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

// analyst reads the views with clickhouse-connect.
func (s *site) analyst(t *testing.T) {
	host, port, err := net.SplitHostPort(s.engine)
	if err != nil {
		t.Fatal(err)
	}
	python, err := module.Python()
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), python, "analyst.py", host, port).CombinedOutput()
	if err != nil {
		t.Fatalf("analyst.py: %v\n%s", err, out)
	}
	var doc struct {
		Records, History, Authorities, Counted int
		Rows                                   [][]string
		Comments                               map[string]string
	}
	if err := json.Unmarshal(out, &doc); err != nil {
		t.Fatalf("analyst.py: %v\n%s", err, out)
	}
	s.wantText(fmt.Sprint(doc.Records, "\t", doc.History), "SELECT (SELECT count() FROM credit.admin_penalty), (SELECT count() FROM credit.admin_penalty_history)")
	if doc.Counted != doc.Records || doc.Authorities < 10 || len(doc.Rows) != 5 {
		t.Errorf("got %d records by %d authorities and %d rows, want %d records", doc.Counted, doc.Authorities, len(doc.Rows), doc.Records)
	}
	for name, want := range map[string]string{"subject_name": "行政相对人名称", "decision_no": "决定书文号", "record_id": "记录标识"} {
		if !strings.Contains(doc.Comments[name], want) {
			t.Errorf("comment of %s: %q, want %q in it", name, doc.Comments[name], want)
		}
	}
	for name, comment := range doc.Comments {
		if comment == "" {
			t.Errorf("column %s has no comment", name)
		}
	}
}
