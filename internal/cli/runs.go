package cli

import (
	"log/slog"

	"github.com/spf13/cobra"

	"creditsync/internal/fault"
)

func (p *program) runsCommand() *cobra.Command {
	cmd := p.command("runs [PIPELINE] [flags]", fault.T("以往的运行，最近的在前", "past runs, the latest first"))
	cmd.Args = words(0, 1)
	limit := cmd.Flags().Uint("limit", 20, p.say("最多几个，0 为全部", "how many at most; 0 is all"))
	asJSON := p.asJSON(cmd)
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		return p.with(options{level: slog.LevelWarn}, func(s *session) error {
			rows, err := s.Runs(s.ctx, first(args), int(*limit))
			if err != nil {
				return err
			}
			if *asJSON {
				p.out.Write(s.to.HistoryJSON(rows))
			} else {
				p.out.Write(s.to.History(rows))
			}
			return nil
		})
	}
	return cmd
}

// first is the only argument of a command, "" where it is left out.
func first(args []string) string {
	if len(args) == 0 {
		return ""
	}
	return args[0]
}
