package cli

import (
	"log/slog"
	"strings"

	"github.com/spf13/cobra"

	"creditsync/internal/app"
	"creditsync/internal/cli/show"
	"creditsync/internal/fault"
)

func (p *program) revertCommand() *cobra.Command {
	cmd := p.command("revert RUN --reason TEXT [flags]", fault.T("撤销一次运行：它改过的记录恢复原样", "undo a run: the records that it changed become what they were"))
	cmd.Long = p.say("用新的版本撤销一次完成的运行：新增的删除，变更的恢复原内容，删除的恢复；每条都照常发布消息。\n后来又被改过的记录不动：默认整个拒绝并指出是哪些运行，用 --partly 撤销其余的。\n来源的位置退回到那次运行之前：下次运行会再读一遍，请先改正来源。\nRUN 是运行的编号或 UUID 的开头，见 runs。",
		"Undoes a run that is done by new versions: what it inserted is deleted, what it updated gets its former content, what it deleted comes back; each is told like any change.\nRecords that were changed again since are left alone: by default nothing is reverted and those runs are named; --partly reverts the rest.\nWhere the source stood goes back to before that run: the next run reads it again, so mend the source first.\nRUN is a run's number, or the beginning of its UUID: see runs.")
	cmd.Args = words(1, 1)
	cmd.Annotations = map[string]string{runsPipelines: "yes"}
	var wish app.RevertWish
	flags := cmd.Flags()
	flags.StringVar(&wish.Reason, "reason", "", p.say("原因，记入审计", "why; it is kept in the audit"))
	flags.BoolVar(&wish.Partly, "partly", false, p.say("后来又被改过的保持现状，撤销其余的", "leave alone what was changed again since and revert the rest"))
	flags.BoolVar(&wish.DryRun, "dry-run", false, p.say("只看会撤销什么，什么都不写", "find out what would be reverted and write nothing"))
	asJSON := p.asJSON(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if strings.TrimSpace(wish.Reason) == "" && !wish.DryRun {
			return errUsage("reason", fault.T("请用 --reason 写明原因", "say why with --reason")).Do(seeHelp(cmd))
		}
		wish.Run = args[0]
		return p.with(options{level: slog.LevelWarn}, func(s *session) error {
			r, err := s.Revert(s.ctx, wish)
			if err != nil {
				return err
			}
			p.status = show.Status([]app.RunResult{r.RunResult}, nil)
			if *asJSON {
				p.out.Write(s.to.RevertedJSON(r))
			} else {
				p.out.Write(s.to.Reverted(r))
			}
			return nil
		})
	}
	return cmd
}
