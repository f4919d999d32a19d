package cli

import (
	"log/slog"

	"github.com/spf13/cobra"

	"creditsync/internal/cli/show"
	"creditsync/internal/fault"
)

func (p *program) checkCommand() *cobra.Command {
	cmd := p.command("check [flags]", fault.T("检查配置，试连每个连接，什么都不写", "check the configuration and try every connection; nothing is written"))
	cmd.Args = words(0, 0)
	asJSON := p.asJSON(cmd)
	cmd.RunE = func(*cobra.Command, []string) error {
		return p.with(options{level: slog.LevelWarn}, func(s *session) error {
			findings := s.Check(s.ctx)
			p.status = show.CheckStatus(findings)
			if *asJSON {
				p.out.Write(s.to.CheckJSON(findings))
			} else {
				p.out.Write(s.to.Check(findings))
			}
			return nil
		})
	}
	return cmd
}
