package property

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"creditsync/internal/bus"
	"creditsync/internal/testkit/site"
)

// books are what a story left behind, as sorted lines by name.
type books map[string][]string

func (b books) add(name, format string, args ...any) {
	b[name] = append(b[name], fmt.Sprintf(format, args...))
}

func (b books) sorted() books {
	for _, lines := range b {
		slices.Sort(lines)
	}
	return b
}

// differences says where two books differ; "" for nowhere.
func (b books) differences(of string, other books, as string) string {
	var out strings.Builder
	names := map[string]bool{}
	for name := range b {
		names[name] = true
	}
	for name := range other {
		names[name] = true
	}
	for name := range names {
		for _, side := range []struct {
			only    string
			in, out []string
		}{{of, b[name], other[name]}, {as, other[name], b[name]}} {
			left := slices.Clone(side.out)
			for _, line := range side.in {
				if i := slices.Index(left, line); i >= 0 {
					left = slices.Delete(left, i, i+1)
					continue
				}
				fmt.Fprintf(&out, "%s, only %s: %s\n", name, side.only, line)
			}
		}
	}
	return out.String()
}

const committed = "commit_no IN (SELECT commit_no FROM credit.commits WHERE kind = 'admin_penalty')"

// The record, the correction and what is wrong with a row are read from what the source wrote into its cells.
const (
	recordOf = "extract(remark, '记录(\\\\d+)')"
	revOf    = "extract(penalty_content, '更正(\\\\d+)')"
)

// mine picks the rows of a story's pipelines, which are named "story-7-low"; owner is the last part of the name.
func mine(story string) string { return "startsWith(pipeline, '" + story + "-')" }

const owner = "splitByChar('-', toString(pipeline))[3]"

// plainBooks are a story's books in the words of the model.
func plainBooks(s *site.Site, story string) books {
	b := books{}
	ask := func(name, sql string) {
		for _, line := range s.Ask(sql) {
			b.add(name, "%s", line)
		}
	}
	ask("history", "SELECT concat('record ', "+recordOf+", ' version ', toString(version), ' ', toString(op), ' rev ', "+revOf+", ' ', toString(status), ' of ', "+owner+") FROM credit.admin_penalty_versions WHERE "+mine(story)+" AND "+committed)
	ask("current", "SELECT concat('record ', "+recordOf+", ' version ', toString(version), ' ', toString(op), ' ', toString(status), ' of ', "+owner+") FROM (SELECT * FROM credit.admin_penalty_current FINAL WHERE "+mine(story)+
		") AS c ANY INNER JOIN (SELECT record_id, any(remark) AS remark FROM credit.admin_penalty_versions WHERE "+mine(story)+" GROUP BY record_id) AS v USING record_id")
	b["view"] = view(s, story)
	ask("quarantine", "SELECT concat('record ', extract(raw_masked, '记录(\\\\d+)'), ' rev ', extract(raw_masked, '更正(\\\\d+)'), ' ', arrayStringConcat(violations.field, ','), ' of ', "+owner+", ': ', toString(state), ', seen ', toString(times_seen), ' times') FROM credit.quarantine FINAL WHERE "+mine(story))
	told(s, story, func(list []bus.Message) {
		for i, m := range list {
			var v struct {
				Version    int
				Op, Status string
				Data       struct{ Remark, Penalty_content string }
			}
			if err := json.Unmarshal(m.Value, &v); err != nil {
				s.T.Fatalf("message %s: %v", m.Value, err)
			}
			b.add("messages", "record %s: message %d version %d %s rev %s %s", strings.TrimPrefix(v.Data.Remark, "记录"), i+1, v.Version, v.Op, strings.TrimPrefix(v.Data.Penalty_content, "更正"), v.Status)
		}
	})
	return b.sorted()
}

// view is what analysts see of a story's records.
func view(s *site.Site, story string) []string {
	return s.Ask("SELECT concat('record ', " + recordOf + ", ' version ', toString(version), ' rev ', " + revOf + ", ' ', status, ' of ', " + owner + ") FROM credit.admin_penalty WHERE " + mine(story))
}

// exactBooks are those that must be equal, cell by cell, in two deployments with the same keys, whatever happened on the way.
func exactBooks(s *site.Site, story string) books {
	b := books{}
	const binary = "hex(record_id), hex(id_no_index), hex(legal_rep_id_no_index)"
	const version = "* EXCEPT (seq, run_no, commit_no, ingested_at, record_id, id_no_index, legal_rep_id_no_index), " + binary
	for name, sql := range map[string]string{
		"history":    "SELECT " + version + " FROM credit.admin_penalty_versions WHERE " + mine(story) + " AND " + committed,
		"current":    "SELECT * EXCEPT (record_id, seq), hex(record_id) FROM credit.admin_penalty_current FINAL WHERE " + mine(story),
		"live":       "SELECT " + version + " FROM credit.admin_penalty_live FINAL WHERE " + mine(story),
		"quarantine": "SELECT pipeline, hex(reject_id), hex(record_id), source_ref, raw_masked, violations, state, times_seen FROM credit.quarantine FINAL WHERE " + mine(story),
	} {
		for _, line := range s.Ask(sql) {
			b.add(name, "%s", line)
		}
	}
	told(s, story, func(list []bus.Message) {
		for i, m := range list {
			b.add("messages", "%d %s %d %s %s", m.Partition, m.Key, i, m.Header("ce_id"), m.Value)
		}
	})
	return b.sorted()
}

// told passes on the messages of a story's records, record by record in their order.
func told(s *site.Site, story string, to func([]bus.Message)) {
	s.T.Helper()
	by := map[string][]bus.Message{}
	last := map[int]uint64{}
	err := bus.Read(s.T.Context(), bus.Config{Brokers: []string{s.Kafka}, Embedded: true}, site.Topic, func(m bus.Message) bool {
		if seq, err := strconv.ParseUint(m.Header("seq"), 10, 64); err != nil || seq <= last[m.Partition] {
			s.T.Errorf("partition %d: seq %s after %d", m.Partition, m.Header("seq"), last[m.Partition])
		} else {
			last[m.Partition] = seq
		}
		if strings.Contains(m.Header("ce_source"), "/"+story+"-") {
			by[string(m.Key)] = append(by[string(m.Key)], m)
		}
		return true
	})
	if err != nil {
		s.T.Fatal(err)
	}
	for _, list := range by {
		to(list)
	}
}
