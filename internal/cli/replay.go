package cli

import (
	"log/slog"

	"github.com/spf13/cobra"

	"creditsync/internal/app"
	"creditsync/internal/fault"
)

func (p *program) replayCommand() *cobra.Command {
	cmd := p.command("replay KIND [flags]", fault.T("把已提交的版本再发一遍，发到回放主题", "tell committed versions again, on the replay topic"))
	cmd.Args = words(1, 1)
	var w app.RetellWish
	flags := cmd.Flags()
	flags.StringVar(&w.From, "from", "", p.say("从这里起：日期或顺序号", "from here on: a date or a seq"))
	flags.StringVar(&w.To, "to", "", p.say("到这里为止：日期（含当天）或顺序号", "up to here: a date, that day included, or a seq"))
	flags.StringVar(&w.Record, "record", "", p.say("只要这条记录的", "those of this record only"))
	flags.BoolVar(&w.DryRun, "dry-run", false, p.say("只数，不发", "count them and send nothing"))
	asJSON := p.asJSON(cmd)
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		w.Kind = args[0]
		return p.with(options{level: slog.LevelWarn, step: p.tellStep}, func(s *session) error {
			done, err := s.Retell(s.ctx, w)
			if err != nil {
				return err
			}
			if *asJSON {
				p.out.Write(s.to.RetoldJSON(done))
			} else {
				p.out.Write(s.to.Retold(done))
			}
			return nil
		})
	}
	return cmd
}
