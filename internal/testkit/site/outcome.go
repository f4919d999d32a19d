package site

import (
	"encoding/json"
	"fmt"
)

// Report is the document of `run --json`.
type Report struct {
	Status    int `json:"-"` // of the process
	Pipelines []Run
	Error     *Problem // why nothing could run
}

// Run is one pipeline's part of it.
type Run struct {
	Name, State                           string
	Read, Rejected                        uint64
	Inserted, Updated, Deleted, Unchanged uint64
	Published, Relayed                    uint64
	Error                                 *Problem
}

// Problem is an error as scripts get it.
type Problem struct{ Code, Message, Hint string }

// Problem is what the document complains of: the last of several, nil for nothing.
func (r Report) Problem() *Problem {
	problem := r.Error
	for _, one := range r.Pipelines {
		if one.Error != nil {
			problem = one.Error
		}
	}
	return problem
}

// Report waits for a `run --json` that was not killed and returns what it says: one document, and an error with something
// to do where it did not end well.
func (p *Process) Report() Report {
	p.t.Helper()
	out := Report{Status: p.Ended()}
	if err := json.Unmarshal(p.out.Bytes(), &out); err != nil {
		p.t.Errorf("exit %d and no document: %v\n%s", out.Status, err, p.Printed())
		return out
	}
	problem := out.Problem()
	switch {
	case out.Status == 0 && problem == nil:
	case out.Status < 1 || out.Status > 3 || problem == nil || problem.Code == "" || problem.Message == "":
		p.t.Errorf("exit %d without a reason: %s", out.Status, p.Printed())
	}
	return out
}

// Outcome is Report in a few words, of a run whose input is good: "exit 0", or the status, how the run ended and the code
// of the error.
func (p *Process) Outcome() string {
	p.t.Helper()
	r := p.Report()
	problem := r.Problem()
	if r.Status == 0 || problem == nil {
		return fmt.Sprintf("exit %d", r.Status)
	}
	if r.Status == 2 {
		p.t.Errorf("exit 2 although input and configuration are good: %s", p.Printed())
	}
	state := ""
	for _, one := range r.Pipelines {
		state = one.State
	}
	return fmt.Sprintf("exit %d %s %s", r.Status, state, problem.Code)
}

// Says runs a command of the site, which must end with a status and say a text.
func (s *Site) Says(status int, text string, args ...string) {
	s.T.Helper()
	if p := s.Start(nil, args...); p.Ended() != status || !p.Says(text) {
		s.T.Errorf("%v: exit %d, want %d and a word of %q: %s", args, p.Ended(), status, text, p.Printed())
	}
}
