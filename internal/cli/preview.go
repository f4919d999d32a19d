package cli

import (
	"log/slog"

	"github.com/spf13/cobra"

	"creditsync/internal/fault"
)

func (p *program) previewCommand() *cobra.Command {
	cmd := p.command("preview PIPELINE [flags]", fault.T("看来源的前几行会怎样入库，什么都不写", "the first rows as they would be loaded; nothing is written"))
	cmd.Args = words(1, 1)
	rows := cmd.Flags().Uint("rows", 5, p.say("看几行", "how many rows"))
	asJSON := p.asJSON(cmd)
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		return p.with(options{level: slog.LevelWarn}, func(s *session) error {
			v, err := s.Preview(s.ctx, args[0], int(*rows))
			switch {
			case err != nil && (*asJSON || len(v.Bound) == 0 && len(v.Rejects) == 0):
				return err
			case *asJSON:
				p.out.Write(s.to.PreviewJSON(v))
			default:
				p.out.Write(s.to.Preview(v)) // what was found until the source broke
			}
			return err
		})
	}
	return cmd
}
