package chaos

import (
	"math/rand/v2"
	"syscall"
	"time"

	"creditsync/internal/app"
	"creditsync/internal/testkit/site"
)

// strike disturbs one run of a night.
type strike struct {
	name string
	// own: the run starts its own engine and broker, which die with it; else they stand beside it.
	own bool
	// told: the run must have messages to tell.
	told bool
	do   func(s *deployment, rng *rand.Rand) hit
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
	return strike{"die at " + step, own, told, func(s *deployment, _ *rand.Rand) hit {
		p := s.Start([]string{app.EnvDieAt + "=" + step}, "run", "--json")
		if !p.Killed() {
			s.T.Fatalf("the run did not die at %q:\n%s", step, p.Printed())
		}
		return hit{true, "killed"}
	}}
}

// dieSome kills the run at a random time.
func dieSome(own bool) strike {
	return strike{"die at random", own, false, func(s *deployment, rng *rand.Rand) hit {
		p := s.Start(nil, "run", "--json")
		p.Until(moment(s.Usual(), rng))
		p.Kill()
		if p.Killed() {
			return hit{true, "killed"}
		}
		return hit{false, p.Outcome()}
	}}
}

// moment is some time within most of the usual length of a run.
func moment(usual time.Duration, rng *rand.Rand) time.Duration {
	return time.Duration(rng.Int64N(int64(usual * 9 / 10)))
}

// victims are the processes beside the run.
var victims = map[string]func(*deployment) **site.Process{
	"engine": func(s *deployment) **site.Process { return &s.Engine },
	"broker": func(s *deployment) **site.Process { return &s.Broker },
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
	return strike{what + " killed at " + at + absences[away], false, told, func(s *deployment, rng *rand.Rand) hit {
		victim := victims[what](s)
		p := s.startAt(step, moment(s.Usual(), rng))
		struck := !p.Over()
		(*victim).Kill()
		*victim = nil
		switch away {
		case brief:
			p.Signal(syscall.SIGCONT)
			p.Until(moment(2*s.Usual(), rng))
		case long:
			p.Signal(syscall.SIGCONT)
			p.Wait()
		}
		s.Beside()
		p.Signal(syscall.SIGCONT)
		p.Wait()
		return hit{struck, p.Outcome()}
	}}
}

// startAt starts a run and waits until it stands at the named step, or for that long where step is "".
func (s *deployment) startAt(step string, after time.Duration) *site.Process {
	s.T.Helper()
	if step == "" {
		p := s.Start(nil, "run", "--json")
		p.Until(after)
		return p
	}
	p := s.Start([]string{app.EnvStopAt + "=" + step}, "run", "--json")
	if !p.Halted() {
		s.T.Fatalf("the run did not stop at %q:\n%s", step, p.Printed())
	}
	return p
}

// pausing stops the engine, the broker or the run itself for a while at a named step. The run must end well.
func pausing(what, step string, told bool) strike {
	return strike{what + " paused at " + step, false, told, func(s *deployment, _ *rand.Rand) hit {
		p := s.startAt(step, 0)
		if victim := victims[what]; victim != nil {
			(*victim(s)).Signal(syscall.SIGSTOP)
			p.Signal(syscall.SIGCONT)
			p.Until(pause)
			(*victim(s)).Signal(syscall.SIGCONT)
		} else {
			p.Until(pause)
			p.Signal(syscall.SIGCONT)
		}
		if p.Ended() != 0 {
			s.T.Errorf("the run beside a pause of the %s at %q ended badly: %s", what, step, p.Printed())
		}
		return hit{true, p.Outcome()}
	}}
}
