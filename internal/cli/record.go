package cli

import (
	"log/slog"

	"github.com/spf13/cobra"

	"creditsync/internal/fault"
)

func (p *program) recordCommand() *cobra.Command {
	cmd := p.command("record ID [flags]", fault.T("一条记录的全部版本、来历和消息", "every version of a record, where it came from, which messages told of it"))
	cmd.Args = words(1, 1)
	asJSON := p.asJSON(cmd)
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		return p.with(options{level: slog.LevelWarn}, func(s *session) error {
			r, err := s.Record(s.ctx, args[0])
			if err != nil {
				return err
			}
			if r.MessagesErr != nil {
				p.status = fault.ClassOf(r.MessagesErr)
			}
			if *asJSON {
				p.out.Write(s.to.RecordJSON(r))
			} else {
				p.out.Write(s.to.Record(r))
			}
			return nil
		})
	}
	return cmd
}
