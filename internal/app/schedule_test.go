package app

import (
	"testing"
	"time"

	"creditsync/internal/config"
	"creditsync/internal/fault"
	"creditsync/internal/ledger"
	"creditsync/pipelines"
)

// The rules of a configuration are in its zone, on its working days where a pipeline says so, and not on demand.
func TestRules_OfAConfiguration(t *testing.T) {
	t.Parallel()
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	c := &config.Config{Timezone: shanghai, Calendar: config.Calendar{Base: config.CNWorkdays, File: "days.txt", Days: "2027-01-04 rest\n2027-01-09 work\n"}, Pipelines: []config.Pipeline{
		{Name: "nightly", Schedule: "30 1 * * *"}, {Name: "workdays", Schedule: "30 1 * * *", When: config.WhenWorkday}, {Name: "by hand"},
	}}
	got, err := rules(c)
	if err != nil {
		t.Fatal(err)
	}
	friday := time.Date(2027, 1, 1, 12, 0, 0, 0, shanghai)
	for name, want := range map[string]string{"nightly": "2027-01-02 01:30", "workdays": "2027-01-05 01:30"} {
		if next := got[name].Next(friday).In(shanghai).Format("2006-01-02 15:04"); next != want {
			t.Errorf("%s: next at %s, want %s", name, next, want)
		}
	}
	if got, want := got["workdays"].Next(friday.AddDate(0, 0, 7)).In(shanghai).Format(time.DateOnly), "2027-01-09"; got != want {
		t.Errorf("a Saturday that is worked: next at %s, want %s", got, want)
	}
	if got["by hand"] != nil {
		t.Error("a pipeline without a schedule has a rule")
	}
}

// A defect in the middle of a run fails that run, is written down, and leaves the pipeline to the next one.
func TestRun_APanicFailsThatRunOnly(t *testing.T) {
	t.Parallel()
	s := newRig(t)
	s.put(newSheet(40))
	for _, step := range []string{"staged", "written"} {
		rep := s.travel(pipelines.Wish{}, when(step, func() { panic("a defect") }))
		if rep.State != pipelines.Failed || fault.CodeOf(rep.Err) != "run.panic" {
			t.Fatalf("a panic at %q: the run ended as %s: %v", step, rep.State, rep.Err)
		}
		if last := s.lastRun(); last.State != ledger.RunFailed || last.ErrorCode != "run.panic" || last.No != rep.RunNo {
			t.Errorf("a panic at %q is written down as %+v", step, last)
		}
	}
	s.wantCounts(s.done(nil), 40, 0, 0, 0)
}
