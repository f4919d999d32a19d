package cli

import (
	"log/slog"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"creditsync/internal/app"
	"creditsync/internal/fault"
)

func (p *program) quarantineCommand() *cobra.Command {
	cmd := p.command("quarantine", fault.T("被拒的行：查看、发回各机关、重放、忽略", "refused rows: see them, send them back, replay, dismiss"))
	cmd.Args = p.noSuchCommand
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
	cmd.AddCommand(p.quarantineList(), p.quarantineShow(), p.quarantineReplay(), p.quarantineDismiss(), p.quarantineExport())
	return cmd
}

// pick adds the flags that pick refused rows.
func (p *program) pick(cmd *cobra.Command, f *app.QuarantineFilter) {
	cmd.Flags().StringVar(&f.Rule, "rule", "", p.say("只要违反这条规则的", "those refused by this rule only"))
	cmd.Flags().StringVar(&f.Authority, "authority", "", p.say("只要这个机关的", "those of this authority only"))
}

func (p *program) pickPipeline(cmd *cobra.Command, f *app.QuarantineFilter) {
	cmd.Flags().StringVar(&f.Pipeline, "pipeline", "", p.say("只要这个管道的", "those of this pipeline only"))
}

// rejectStates are the states of a refused row.
var rejectStates = [...]string{"open", "resolved", "replayed", "dismissed"}

func (p *program) quarantineList() *cobra.Command {
	cmd := p.command("ls [PIPELINE] [flags]", fault.T("列出被拒的行", "list refused rows"))
	cmd.Args = words(0, 1)
	var f app.QuarantineFilter
	p.pick(cmd, &f)
	state := cmd.Flags().String("state", "open", p.say("open、resolved、replayed、dismissed 或 all", "open, resolved, replayed, dismissed or all"))
	limit := cmd.Flags().Uint("limit", 50, p.say("最多几行，0 为全部", "how many at most; 0 is all"))
	asJSON := p.asJSON(cmd)
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		switch {
		case *state == "all":
		case slices.Contains(rejectStates[:], *state):
			f.State = *state
		default:
			return errUsage("state", fault.T("--state %[1]q：应为 %[2]s 或 all", "--state %[1]q: must be one of %[2]s, all", *state, strings.Join(rejectStates[:], ", ")))
		}
		f.Pipeline = first(args)
		if *limit > 0 {
			f.Limit = int(*limit) + 1 // one more tells that there are more
		}
		return p.with(options{level: slog.LevelWarn}, func(s *session) error {
			rows, err := s.Quarantine(s.ctx, f)
			if err != nil {
				return err
			}
			more := *limit > 0 && len(rows) > int(*limit)
			if more {
				rows = rows[:*limit]
			}
			if *asJSON {
				p.out.Write(s.to.RefusedJSON(rows, more))
			} else {
				p.out.Write(s.to.Refused(rows, more))
			}
			return nil
		})
	}
	return cmd
}

func (p *program) quarantineShow() *cobra.Command {
	cmd := p.command("show RECEIPT… [flags]", fault.T("看被拒的行：原因和读到的内容", "a refused row: why, and its cells as read"))
	cmd.Args = words(1, -1)
	asJSON := p.asJSON(cmd)
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		return p.with(options{level: slog.LevelWarn}, func(s *session) error {
			rows, err := s.Quarantine(s.ctx, app.QuarantineFilter{Receipts: args})
			if err != nil {
				return err
			}
			if len(rows) == 0 {
				return fault.New(fault.Input, "quarantine.unknown", fault.T("没有回执号为 %s 的行", "there is no refused row %s", strings.Join(args, ", "))).
					Do(fault.T("%s quarantine ls --state all 列出全部", "%s quarantine ls --state all lists all", p.name()))
			}
			if *asJSON {
				p.out.Write(s.to.RefusedJSON(rows, false))
			} else {
				p.out.Write(s.to.RefusedRows(rows))
			}
			return nil
		})
	}
	return cmd
}

func (p *program) quarantineReplay() *cobra.Command {
	cmd := p.command("replay [RECEIPT…] [flags]", fault.T("按现在的规则重新处理待改的行", "read open rows again through the present rules"))
	cmd.Annotations = map[string]string{runsPipelines: "yes"}
	var f app.QuarantineFilter
	p.pick(cmd, &f)
	p.pickPipeline(cmd, &f)
	asJSON := p.asJSON(cmd)
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		f.Receipts = args
		return p.runs(*asJSON, func(s *session) ([]app.RunResult, error) { return s.Replay(s.ctx, f) })
	}
	return cmd
}

func (p *program) quarantineDismiss() *cobra.Command {
	cmd := p.command("dismiss [RECEIPT…] --reason TEXT [flags]", fault.T("忽略待改的行，并记下原因", "set open rows aside, with a reason"))
	var f app.QuarantineFilter
	p.pick(cmd, &f)
	p.pickPipeline(cmd, &f)
	reason := cmd.Flags().String("reason", "", p.say("原因，记入审计", "why; it is kept in the audit"))
	everything := cmd.Flags().Bool("all", false, p.say("全部待改的行", "all open rows"))
	asJSON := p.asJSON(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		f.Receipts = args
		picked := len(args) > 0 || f.Pipeline != "" || f.Rule != "" || f.Authority != ""
		switch {
		case strings.TrimSpace(*reason) == "":
			return errUsage("reason", fault.T("请用 --reason 写明原因", "say why with --reason")).Do(seeHelp(cmd))
		case !picked && !*everything:
			return errUsage("nothing_picked", fault.T("没有说忽略哪些行：写回执号，或用 --pipeline、--rule、--authority，全部则用 --all",
				"name the rows: receipt numbers, or --pipeline, --rule, --authority, or --all")).Do(seeHelp(cmd))
		}
		return p.with(options{level: slog.LevelWarn}, func(s *session) error {
			n, err := s.Dismiss(s.ctx, f, *reason)
			if err != nil {
				return err
			}
			if *asJSON {
				p.out.Write(s.to.DismissedJSON(n))
			} else {
				p.out.Write(s.to.Dismissed(n))
			}
			return nil
		})
	}
	return cmd
}

func (p *program) quarantineExport() *cobra.Command {
	cmd := p.command("export [PIPELINE] [flags]", fault.T("按机关写出待改的行（XLSX），发回改正", "write the open rows as a spreadsheet per authority, to be mended"))
	cmd.Args = words(0, 1)
	var f app.QuarantineFilter
	p.pick(cmd, &f)
	dir := cmd.Flags().String("to", "refused", p.say("写到这个文件夹", "the folder to write into"))
	asJSON := p.asJSON(cmd)
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		f.Pipeline = first(args)
		return p.with(options{level: slog.LevelWarn}, func(s *session) error {
			files, err := s.Export(s.ctx, f, *dir)
			if err != nil {
				return err
			}
			if *asJSON {
				p.out.Write(s.to.ExportedJSON(files))
			} else {
				p.out.Write(s.to.Exported(files))
			}
			return nil
		})
	}
	return cmd
}
