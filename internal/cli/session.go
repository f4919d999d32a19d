package cli

import (
	"context"
	"log/slog"
	"os"
	"strconv"
	"strings"

	"creditsync/connectors"
	"creditsync/connectors/all"
	"creditsync/connectors/file"
	"creditsync/internal/app"
	"creditsync/internal/cli/show"
	"creditsync/internal/config"
	"creditsync/internal/fault"
	"creditsync/pipelines"
	"creditsync/schemas"
)

// session is a command with its configuration and application.
type session struct {
	*program
	application
	cfg *config.Config
	to  show.Printer // of stdout
	ctx context.Context
}

// options say what is special about a command's session.
type options struct {
	level    slog.Level                 // of the log, unless a flag says otherwise
	optional bool                       // without a configuration the defaults do
	stores   bool                       // of the configuration it needs no pipelines
	change   func(*config.Config) error // of flags that take precedence over the configuration
	progress func(pipelines.Progress)
	step     func(fault.Text) // what is being done, now and then
}

// with reads the configuration, runs do with an application, and closes it. Signals end the context of the session.
func (p *program) with(o options, do func(s *session) error) error {
	level, err := p.level(o.level)
	if err != nil {
		return err
	}
	cfg, err := p.load(o.optional, o.stores)
	if err != nil {
		return err
	}
	if o.change != nil {
		if err := o.change(cfg); err != nil {
			return err
		}
	}
	log := slog.New(slog.NewTextHandler(p.err, &slog.HandlerOptions{Level: level}))
	ctx, stop := p.untilSignal()
	defer stop()
	a := p.open(app.Options{
		Config: cfg, Log: log, Now: p.Now, Executable: p.Executable, Getenv: p.getenv, Progress: o.progress, Step: o.step,
		Version: build().Version, Program: p.name(),
		Notice: func(t fault.Text) { p.err.Write(p.toStderr().Notice(t)) },
	})
	err = do(&session{program: p, application: a, cfg: cfg, to: p.toStdout(cfg), ctx: ctx})
	if bad := a.Close(); bad != nil {
		log.Error("close the stores", "error", bad)
	}
	return err
}

// load reads the configuration. What it holds is the caller's own.
func (p *program) load(optional, stores bool) (*config.Config, error) {
	if asked := p.language; asked != "" && asked != string(fault.Chinese) && asked != string(fault.English) {
		return nil, errUsage("language", fault.T("--language %q：应为 zh 或 en", "--language %q: must be zh or en", asked))
	}
	read := os.ReadFile
	if optional && p.file == config.DefaultPath {
		read = func(path string) ([]byte, error) {
			b, err := os.ReadFile(path)
			if os.IsNotExist(err) {
				return []byte("pipelines: []\n"), nil
			}
			return b, err
		}
	}
	known := known()
	known.StoresOnly = stores
	cfg, err := config.Load(p.file, config.Lookup{Env: p.LookupEnv, ReadFile: read}, known)
	if err != nil {
		return nil, err
	}
	if p.language == "" {
		p.lang = cfg.Language
	}
	cfg.Language = p.lang
	return cfg, nil
}

// known is what the configuration may name.
func known() config.Known {
	kinds := map[string][]string{}
	for _, k := range schemas.All() {
		kinds[k.Name] = k.Names()
	}
	return config.Known{Sources: all.Registry(), Kinds: kinds, Schedule: app.CheckSchedule, Calendar: app.CheckCalendar}
}

// level is that of the log: the flag's, or the command's own.
func (p *program) level(own slog.Level) (slog.Level, error) {
	switch strings.ToLower(p.logLevel) {
	case "":
		return own, nil
	case "debug":
		return slog.LevelDebug, nil
	case "info":
		return slog.LevelInfo, nil
	case "warn":
		return slog.LevelWarn, nil
	case "error":
		return slog.LevelError, nil
	}
	return own, errUsage("log_level", fault.T("--log-level %q：应为 debug、info、warn 或 error", "--log-level %q: must be debug, info, warn or error", p.logLevel))
}

// name is how the user calls the program, for commands to copy.
func (p *program) name() string {
	switch {
	case p.file == "" || p.file == config.DefaultPath:
		return "creditsync"
	case strings.ContainsAny(p.file, " \t'\"$\\"):
		return "creditsync -c " + strconv.Quote(p.file)
	}
	return "creditsync -c " + p.file
}

// sources says where each pipeline reads.
func sources(cfg *config.Config) show.Sources {
	from := show.Sources{}
	for i := range cfg.Pipelines {
		pipe := &cfg.Pipelines[i]
		from[pipe.Name] = pipe.SourceType
		switch o := pipe.Options.(type) {
		case *file.Options:
			from[pipe.Name] += " " + o.Path
		case connectors.Placed:
			from[pipe.Name] += " " + o.Where()
		}
	}
	return from
}
