package chaos

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"syscall"
	"time"

	"creditsync/internal/app"
)

// strike disturbs one run of a night.
type strike struct {
	name string
	// own: the run starts its own engine and broker, which die with it; else they stand beside it.
	own bool
	// told: the run must have messages to tell.
	told bool
	do   func(s *site, rng *rand.Rand) hit
}

// hit is what became of a run that was disturbed.
type hit struct {
	struck bool // it was: a random moment may come too late
	how    string
}

// pause is for how long something that is paused stands still.
const pause = 2 * time.Second

// dieAt kills the run at a named step.
func dieAt(step string, own, told bool) strike {
	return strike{"die at " + step, own, told, func(s *site, _ *rand.Rand) hit {
		p := s.start([]string{app.EnvDieAt + "=" + step}, "run", "--json")
		if !p.killed() {
			s.t.Fatalf("the run did not die at %q: %v\n%s", step, p.cmd.ProcessState, p.printed())
		}
		return hit{true, "killed"}
	}}
}

// dieSome kills the run at a random time.
func dieSome(own bool) strike {
	return strike{"die at random", own, false, func(s *site, rng *rand.Rand) hit {
		p := s.start(nil, "run", "--json")
		p.until(moment(s.usual(), rng))
		p.kill()
		if p.killed() {
			return hit{true, "killed"}
		}
		return hit{false, p.outcome()}
	}}
}

// moment is some time within most of the usual length of a run.
func moment(usual time.Duration, rng *rand.Rand) time.Duration {
	return time.Duration(rng.Int64N(int64(usual * 9 / 10)))
}

// until waits for that long or until the process has ended.
func (p *process) until(d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-p.done:
	}
}

// victims are the processes beside the run.
var victims = map[string]func(*site) **process{
	"engine": func(s *site) **process { return &s.engine },
	"broker": func(s *site) **process { return &s.broker },
}

// absence is for how long an engine or broker that was killed is missed.
type absence int

const (
	none  absence = iota // it is up again before the run goes on
	brief                // the run goes on without it for a moment
	long                 // it stays away until the run has ended: half a minute, for the relay is patient
)

var absences = [...]string{"", ", away", ", away for long"}

// losing kills the engine or the broker while the run stands at a named step, or at a random time where step is "".
func losing(what, step string, away absence, told bool) strike {
	at := step
	if at == "" {
		at = "random"
	}
	return strike{what + " killed at " + at + absences[away], false, told, func(s *site, rng *rand.Rand) hit {
		victim := victims[what](s)
		p := s.startAt(step, moment(s.usual(), rng))
		struck := !p.over()
		(*victim).kill()
		*victim = nil
		switch away {
		case brief:
			p.signal(syscall.SIGCONT)
			p.until(moment(2*s.usual(), rng))
		case long:
			p.signal(syscall.SIGCONT)
			p.wait()
		}
		s.beside()
		p.signal(syscall.SIGCONT)
		p.wait()
		return hit{struck, p.outcome()}
	}}
}

// startAt starts a run and waits until it stands at the named step, or for that long where step is "".
func (s *site) startAt(step string, after time.Duration) *process {
	s.t.Helper()
	if step == "" {
		p := s.start(nil, "run", "--json")
		p.until(after)
		return p
	}
	p := s.start([]string{app.EnvStopAt + "=" + step}, "run", "--json")
	if !p.halted() {
		s.t.Fatalf("the run did not stop at %q:\n%s", step, p.printed())
	}
	return p
}

// pausing stops the engine, the broker or the run itself for a while at a named step. The run must end well.
func pausing(what, step string, told bool) strike {
	return strike{what + " paused at " + step, false, told, func(s *site, _ *rand.Rand) hit {
		p := s.startAt(step, 0)
		if victim := victims[what]; victim != nil {
			(*victim(s)).signal(syscall.SIGSTOP)
			p.signal(syscall.SIGCONT)
			p.until(pause)
			(*victim(s)).signal(syscall.SIGCONT)
		} else {
			p.until(pause)
			p.signal(syscall.SIGCONT)
		}
		if p.ended() != 0 {
			s.t.Errorf("the run beside a pause of the %s at %q ended badly: %s", what, step, p.printed())
		}
		return hit{true, p.outcome()}
	}}
}

// outcome holds what a run that was not killed says: its one document, and an error with something to do where it did not
// end well.
func (p *process) outcome() string {
	p.t.Helper()
	var doc struct {
		Pipelines []struct {
			State string
			Error *struct{ Code, Message, Hint string }
		}
		Error *struct{ Code, Message, Hint string }
	}
	status := p.ended()
	if err := json.Unmarshal(p.out.Bytes(), &doc); err != nil {
		p.t.Errorf("exit %d and no document: %v\n%s", status, err, p.printed())
		return fmt.Sprintf("exit %d", status)
	}
	problem, state := doc.Error, ""
	for _, one := range doc.Pipelines {
		state = one.State
		if one.Error != nil {
			problem = one.Error
		}
	}
	switch {
	case status == 0 && problem == nil:
		return "exit 0"
	case (status != 1 && status != 3) || problem == nil || problem.Code == "" || problem.Message == "":
		p.t.Errorf("exit %d without a reason: %s", status, p.printed())
		return fmt.Sprintf("exit %d", status)
	}
	return fmt.Sprintf("exit %d %s %s", status, state, problem.Code)
}
