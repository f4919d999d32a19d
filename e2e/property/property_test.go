package property

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"creditsync/internal/app"
	"creditsync/internal/testkit/site"

	"pgregory.net/rapid"
)

// TestStories_I5_EndAsIfNobodyDied tells random stories twice: to a deployment whose runs are killed at named steps and
// started again, and to one where nobody disturbs them. Both end with the same rows and messages, which are those of the
// model (I2, I3, I5, I6, P1, P2, P3, P4).
func TestStories_I5_EndAsIfNobodyDied(t *testing.T) {
	keys := site.NewKeys(t)
	s := &stage{calm: site.New(t, program.Path(t), keys, site.Config{}), struck: site.New(t, program.Path(t), keys, site.Config{}), sheets: newSheets()}
	s.calm.Beside()
	s.struck.Beside()
	rapid.Check(t, func(t *rapid.T) { s.tell(t, rapid.Custom(aStory).Draw(t, "story")) })
	t.Logf("%d stories, %d runs, %d of them killed, %d of these after their commit was closed", s.told, s.runs, s.killed, s.closed)
}

// stage is where stories are told, one after the other: each has two pipelines and records of its own.
type stage struct {
	calm, struck         *site.Site
	sheets               *sheets
	told                 int
	runs, killed, closed int    // of the deployment that is struck
	highest              uint64 // commit of it that is closed
}

// tell tells one story and fails unless it ends as it must.
func (s *stage) tell(t *rapid.T, what story) {
	s.told++
	name := fmt.Sprintf("story-%d", s.told)
	var list strings.Builder
	for p := range pipelines {
		fmt.Fprintf(&list, "\n  - {name: %[1]s-%[2]s, priority: %[3]d, kind: admin_penalty, mode: snapshot, source: {file: {path: \"%[1]s-%[2]s/*.csv\"}}, %[4]s}", name, p, p, limits)
	}
	for _, one := range []*site.Site{s.calm, s.struck} {
		one.Configure("creditsync.yaml", site.Config{Pipelines: list.String() + "\n"})
	}
	m := newModel()
	now := [...]source{start(what.first[low]), start(what.first[high])}
	events := slices.Clone(what.events)
	for p := range pipelines { // whatever was left over is done
		events = append(events, event{verb: "run", who: p, wish: acceptDeletes})
	}
	for i, e := range events {
		if e.verb != "run" {
			now[e.who] = now[e.who].change(e)
			continue
		}
		files := now[e.who].files()
		at := fmt.Sprintf("%s-%s", name, e.who)
		s.deliver(at, files)
		want := m.run(e.who, files, e.wish)
		survived, problem := s.run(e, at, want)
		if survived && e.wish != dry { // what is committed shows by now, whichever run it was that died over it
			problem += books{"view": view(s.struck, name)}.differences("here", books{"view": m.books()["view"]}, "in the model")
		}
		if problem != "" {
			t.Fatalf("event %d, %s: %s\n%s", i+1, e, problem, what)
		}
	}
	if d := plainBooks(s.struck, name).differences("here", m.books(), "in the model"); d != "" {
		t.Fatalf("not as the model says:\n%s\n%s", d, what)
	}
	if d := exactBooks(s.struck, name).differences("where runs died", exactBooks(s.calm, name), "undisturbed"); d != "" {
		t.Fatalf("not as undisturbed:\n%s\n%s", d, what)
	}
}

// deliver puts the files into both inboxes of a pipeline, and removes those that are no longer delivered.
func (s *stage) deliver(pipeline string, files []file) {
	for _, one := range []*site.Site{s.calm, s.struck} {
		if err := os.RemoveAll(one.Path(pipeline)); err != nil {
			one.T.Fatal(err)
		}
		for _, f := range files {
			one.Write(filepath.Join(pipeline, f.name), s.sheets.csv(s.told, f.rows))
		}
	}
}

// run runs once without and once with what kills it, as often as it takes, and says what is not as it must be. A run that
// has closed its commit is over, whatever became of it; survived is whether the last one lived to its end.
func (s *stage) run(e event, pipeline string, want verdict) (survived bool, problem string) {
	args := []string{"run", pipeline, "--json"}
	if e.wish != plain {
		args = append(args, string(e.wish))
	}
	if e.wish == dry { // leaves no trace, so that leaving it out must not show
		return s.strike(e, args, want)
	}
	calm := s.calm.Start(nil, args...)
	survived, problem = s.strike(e, args, want)
	if p := held(calm.Report(), want); p != "" {
		problem += "undisturbed: " + p
	}
	return survived, problem
}

// strike is the run of the deployment where runs die.
func (s *stage) strike(e event, args []string, want verdict) (survived bool, problem string) {
	before := s.last()
	for _, step := range e.dies {
		p := s.struck.Start([]string{app.EnvDieAt + "=" + step}, args...)
		s.runs++
		if !p.Killed() {
			return true, held(p.Report(), want) // the step is not on its way
		}
		s.killed++
		if s.last() == before {
			continue
		}
		s.closed++
		if !want.commits {
			problem = fmt.Sprintf("killed at %q it had closed a commit, which it must not\n", step)
		}
		return false, problem
	}
	s.runs++
	problem = held(s.struck.Start(nil, args...).Report(), want)
	if closed := s.last() > before; closed != want.commits {
		problem += fmt.Sprintf("a commit was closed: %v, must be: %v\n", closed, want.commits)
	}
	return true, problem
}

// last is the number of the last commit that is closed.
func (s *stage) last() uint64 {
	if list := s.struck.Committed(s.highest); len(list) > 0 {
		s.highest = list[len(list)-1].No
	}
	return s.highest
}

// held says how a run's report differs from what it must be.
func held(r site.Report, want verdict) string {
	code := ""
	if p := r.Problem(); p != nil {
		code = p.Code
	}
	if len(r.Pipelines) != 1 || code != want.code || (code == "") != (r.Status == 0) {
		return fmt.Sprintf("exit %d, %q, %+v, must be %q\n", r.Status, code, r.Pipelines, want.code)
	}
	one := r.Pipelines[0]
	got := [...]uint64{one.Read, one.Rejected, one.Inserted, one.Updated, one.Deleted, one.Unchanged}
	must := [...]uint64{uint64(want.read), uint64(want.rejected), uint64(want.inserted), uint64(want.updated), uint64(want.deleted), uint64(want.unchanged)}
	if got != must {
		return fmt.Sprintf("read, rejected, inserted, updated, deleted, unchanged: %v, must be %v\n", got, must)
	}
	return ""
}
