package e2e

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strings"
	"testing"

	"creditsync/schemas"
)

// undone is the document of `revert --json`.
type undone struct {
	Pipelines []run
	Reverts   struct {
		RunNo uint64 `json:"run_no"`
		Name  string
	}
	Touched []struct {
		RunNo   uint64 `json:"run_no"`
		Records uint64
	}
	Error *problem
}

// TestRevert: an operator undoes a run from the command line; what stands in the way is named, with what to do.
func TestRevert(t *testing.T) {
	t.Parallel()
	kind := schemas.AdminPenalty()
	header, rows := schemas.Sample(kind, 21, 60)
	deliver := func(s *site, from, to int) {
		var b bytes.Buffer
		_ = csv.NewWriter(&b).WriteAll(append([][]string{header}, rows[from:to]...)) // a buffer takes all
		s.write("inbox/penalties.csv", b.String())
	}
	remark := slices.IndexFunc(kind.Fields, func(f schemas.Field) bool { return f.Name == "remark" })
	s := newSite(t, setup{})
	s.up()
	deliver(s, 0, 50)
	s.done()
	records := func() string {
		return s.text("SELECT * EXCEPT (version, run_no, ingested_at) FROM credit.admin_penalty ORDER BY record_id")
	}
	before := records()
	deliver(s, 10, 60)
	if r := s.done(); r.Inserted != 10 || r.Deleted != 10 {
		t.Fatalf("got %+v, want 10 inserted and 10 deleted", r)
	}
	for row := 55; row < 60; row++ {
		rows[row][remark] = "更正"
	}
	deliver(s, 10, 60)
	if r := s.done(); r.Updated != 5 {
		t.Fatalf("got %+v, want 5 updated", r)
	}
	for language, words := range map[string]string{"zh": "有 5 条后来又被改过（第 3 号运行 5 条），没有撤销", "en": "5 of the records that the run changed were changed again since (run 3: 5): nothing was reverted"} {
		var doc undone
		s.into(&doc, 1, "revert", "2", "--reason", "a test", "--language", language)
		if len(doc.Pipelines) != 1 || doc.Pipelines[0].State != "failed" || doc.Pipelines[0].Error == nil || doc.Pipelines[0].Error.Code != "revert.touched" ||
			!strings.Contains(doc.Pipelines[0].Error.Message, words) || !strings.Contains(doc.Pipelines[0].Error.Hint, "--partly") {
			t.Errorf("%s: got %+v", language, doc.Pipelines)
		}
		if len(doc.Touched) != 1 || doc.Touched[0].RunNo != 3 || doc.Touched[0].Records != 5 || doc.Reverts.RunNo != 2 {
			t.Errorf("%s: got %+v", language, doc)
		}
	}
	var doc undone
	s.into(&doc, 0, "revert", "3", "--reason", "a test")
	if got, want := doc.Pipelines[0].counts(), (counts{read: 5, accepted: 5, updated: 5, published: 5}); got != want {
		t.Errorf("run 3: got %+v, want %+v", got, want)
	}
	if r := s.want(0, "revert", "2", "--reason", "误用了旧文件"); !strings.Contains(r.stdout, "[完成] 撤销第 2 号运行") || !strings.Contains(r.stdout, "下一次运行会再读一遍") {
		t.Errorf("it says:\n%s", r.stdout)
	}
	if records() != before {
		t.Error("the records are not as before")
	}
	if r := s.want(0, "runs", "--limit", "1"); !strings.Contains(r.stdout, "撤销第 2 号：误用了旧文件") {
		t.Errorf("the list of runs:\n%s", r.stdout)
	}
	if n := len(s.toldOnce()); n != 50+20+5+5+20 {
		t.Errorf("%d messages, want every change once", n)
	}
	var zh, en document
	s.into(&zh, 2, "revert", "4", "--reason", "a test")
	s.into(&en, 2, "revert", "4", "--reason", "a test", "--language", "en")
	speaks(t, zh.Error, en.Error)
	if zh.Error == nil || zh.Error.Code != "revert.not_done" {
		t.Errorf("got %+v, want revert.not_done", zh.Error)
	}
	s.wantText("50", "SELECT count() FROM credit.admin_penalty")
}
