package cli

import (
	"bufio"
	"log/slog"
	"strings"

	"github.com/spf13/cobra"

	"creditsync/internal/app"
	"creditsync/internal/cli/show"
	"creditsync/internal/fault"
)

func (p *program) repairCommand() *cobra.Command {
	cmd := p.command("repair [PIPELINE…|KIND…] [flags]", fault.T("修复不同步的台账、ClickHouse 和 Kafka", "mend a ledger, ClickHouse and Kafka that are out of step"))
	cmd.Long = p.say("先说明要做什么，确认后才做：用其余两处还记得的内容修复，从不编造。每一步记入审计，可以重复，最后核对一遍。\n退出状态：0 没有问题或已修复；1 还有没解决的；2 配置或参数有误；3 环境有问题。",
		"Says what it will do and does it once you agree: from what the other stores remember, inventing nothing. Every step is in the audit and may be repeated; at the end what was touched is verified.\nExit status: 0 nothing is wrong, or it is mended; 1 something is left; 2 configuration or flags are wrong; 3 the environment is.")
	var w app.RepairWish
	flags := cmd.Flags()
	flags.BoolVar(&w.DryRun, "dry-run", false, p.say("只说要做什么", "only say what would be done"))
	yes := flags.Bool("yes", false, p.say("不再询问", "do not ask"))
	retell := flags.Bool("retell", false, p.say("重发主题上缺少的消息：消费方可能收到两次", "tell messages that are gone from the topic again: consumers may get them twice"))
	noRetell := flags.Bool("no-retell", false, p.say("不重发，从已发布的位置继续", "tell nothing again, go on after what was published"))
	flags.StringVar(&w.Adopt, "adopt", "", p.say("台账丢失后，从 ClickHouse 重建：写明它的部署号", "after the ledger was lost, make it again from ClickHouse: the deployment's id"))
	asJSON := p.asJSON(cmd)
	cmd.RunE = func(cmd *cobra.Command, names []string) error {
		w.Names = names
		switch {
		case *retell && *noRetell:
			return errUsage("retell", fault.T("--retell 和 --no-retell 只能选一个", "--retell and --no-retell exclude each other")).Do(seeHelp(cmd))
		case *retell:
			w.Choice = app.Retell
		case *noRetell:
			w.Choice = app.NoRetell
		}
		return p.with(options{level: slog.LevelWarn, step: p.tellStep}, func(s *session) error {
			done, err := s.Repair(s.ctx, w, func(next []app.Mended) bool { return *yes || p.agreed(next) })
			if err != nil {
				return err
			}
			p.status = fault.Worse(p.status, show.RepairStatus(done))
			if *asJSON {
				p.out.Write(s.to.RepairJSON(done))
			} else {
				p.out.Write(s.to.Repair(done, w.DryRun))
			}
			return nil
		})
	}
	return cmd
}

// agreed shows what comes next and asks, on a terminal; elsewhere nobody can agree.
func (p *program) agreed(next []app.Mended) bool {
	p.err.Write(p.toStderr().Plan(next))
	if _, ok := terminal(p.Stderr); !ok {
		return false
	}
	p.err.Write([]byte(p.say("现在做吗？[y/N] ", "Do it now? [y/N] ")))
	line, _ := bufio.NewReader(p.Stdin).ReadString('\n')
	answer := strings.ToLower(strings.TrimSpace(line))
	return answer == "y" || answer == "yes"
}
