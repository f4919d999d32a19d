package cli

import (
	"slices"

	"github.com/spf13/cobra"

	"creditsync/internal/app"
	"creditsync/internal/cli/show"
	"creditsync/internal/config"
	"creditsync/internal/fault"
)

// program is one call of the command line.
type program struct {
	Env
	open func(app.Options) application
	out  *output
	err  *console

	file, language, logLevel string         // of the flags
	lang                     fault.Language // until a configuration says otherwise
	status                   fault.Class    // of a command that has printed its result itself
}

// Main runs the command line of env and returns the exit status: 0 done; 1 a run failed or is already running; 2 the
// input or the configuration is wrong; 3 the environment is. Of several it is the first of 2, 3, 1.
func Main(env Env) int {
	return run(env, func(o app.Options) application { return app.New(o) })
}

func run(env Env, open func(app.Options) application) int {
	limitHeap(env.LookupEnv)
	env.Now = startingAt(env.LookupEnv, env.Now)
	defer profile(env.LookupEnv)()
	p := &program{Env: env, open: open, out: &output{w: env.Stdout}, err: &console{w: env.Stderr}}
	defer ignoreBrokenPipes()()
	p.lang = config.LanguageOf(env.LookupEnv)
	if asked := fault.Language(flagIn(env.Args, "language")); asked == fault.Chinese || asked == fault.English {
		p.lang = asked
	}
	root := p.root()
	root.SetArgs(env.Args)
	cmd, err := root.ExecuteC()
	if err != nil {
		p.fail(cmd, err)
	}
	if p.out.err != nil {
		p.fail(nil, fault.New(fault.Environment, "stdout.unwritable", fault.T("写不出结果", "the result cannot be written")).Because(p.out.err))
	}
	return int(p.status)
}

// fail says what went wrong on stderr and, for scripts, as the document on stdout.
func (p *program) fail(cmd *cobra.Command, err error) {
	p.status = fault.Worse(p.status, fault.ClassOf(err))
	p.err.Write(p.toStderr().Error(err))
	if cmd == nil || !asksJSON(p.Args) {
		return
	}
	if to := p.toStdout(nil); cmd.Annotations[runsPipelines] != "" {
		p.out.Write(to.RunsJSON(nil, err))
	} else {
		p.out.Write(to.Failure(err))
	}
}

// runsPipelines marks the commands whose document is that of runs.
const runsPipelines = "runs"

// asksJSON finds --json also in a command line that cannot be parsed.
func asksJSON(args []string) bool {
	if end := slices.Index(args, "--"); end >= 0 {
		args = args[:end]
	}
	return slices.Contains(args, "--json") || slices.Contains(args, "--json=true")
}

// flagIn finds the value of a long flag before the command line is parsed: help and usage errors need the language.
func flagIn(args []string, name string) string {
	value := ""
	for i, a := range args {
		switch {
		case a == "--":
			return value
		case a == "--"+name && i+1 < len(args):
			value = args[i+1]
		case len(a) > len(name)+3 && a[:len(name)+3] == "--"+name+"=":
			value = a[len(name)+3:]
		}
	}
	return value
}

// toStdout is how results are written; cfg is nil before it is read.
func (p *program) toStdout(cfg *config.Config) show.Printer {
	width, _ := terminal(p.Stdout)
	return p.printer(cfg, width, p.colours(p.Stdout))
}

// toStderr is how errors and notices are written.
func (p *program) toStderr() show.Printer {
	width, _ := terminal(p.Stderr)
	return p.printer(nil, width, p.colours(p.Stderr))
}

func (p *program) printer(cfg *config.Config, width int, colours bool) show.Printer {
	out := show.Printer{Lang: p.lang, Color: colours, Width: width, Program: p.name()}
	if cfg != nil {
		out.Zone = cfg.Timezone
	}
	return out
}

// errUsage is a command line that is wrong; exit status 2.
func errUsage(code string, what fault.Text) *fault.Error {
	return fault.New(fault.Input, "usage."+code, what)
}
