package cli

import (
	"log/slog"

	"github.com/spf13/cobra"

	"creditsync/internal/app"
	"creditsync/internal/cli/show"
	"creditsync/internal/fault"
	"creditsync/pipelines"
)

func (p *program) runCommand() *cobra.Command {
	cmd := p.command("run [PIPELINE…] [flags]", fault.T("立即同步：列出的管道，不列则全部", "sync now: the pipelines named, or all"))
	cmd.Long = p.say("读取来源、校验、入库并发布变更，完成后结束。\n退出状态：0 完成；1 有运行失败或正在运行；2 配置或输入有误；3 环境有问题（连接不上、磁盘已满）。",
		"Reads the sources, validates, stores and publishes what changed, then ends.\nExit status: 0 done; 1 a run failed or is already running; 2 configuration or input is wrong; 3 the environment is.")
	cmd.Annotations = map[string]string{runsPipelines: "yes"}
	var wish pipelines.Wish
	flags := cmd.Flags()
	flags.BoolVar(&wish.DryRun, "dry-run", false, p.say("只看会有什么变化，什么都不写", "find out what would change and write nothing"))
	flags.BoolVar(&wish.ApplyDeletes, "apply-deletes", false, p.say("有认不出的被拒行时也执行删除", "delete although refused rows hide which records they are"))
	flags.Uint64Var(&wish.AcceptDeletes, "accept-deletes", 0, p.say("允许最多删除 N 条（超出 mass_delete 时）", "accept up to N deletions above mass_delete"))
	flags.StringVar(&wish.Window.Since, "since", "", p.say("增量来源：重读游标值从此起的一段（含），游标不动", "incremental sources: read again from this value of the cursor on; the cursor stays"))
	flags.StringVar(&wish.Window.Until, "until", "", p.say("增量来源：重读到此为止（不含）", "incremental sources: read again up to this value, without it"))
	flags.BoolVar(&wish.Reread, "reread", false, p.say("增量来源：不管游标，从头读全部", "incremental sources: read all of it, whatever the cursor"))
	asJSON := p.asJSON(cmd)
	cmd.RunE = func(cmd *cobra.Command, names []string) error {
		if err := windowed(cmd, wish, names); err != nil {
			return err
		}
		return p.runs(*asJSON, func(s *session) ([]app.RunResult, error) { return s.Run(s.ctx, names, wish) })
	}
	return cmd
}

// windowed refuses a window of which it is not clear what it is a part of.
func windowed(cmd *cobra.Command, wish pipelines.Wish, names []string) error {
	switch {
	case wish.Reread && !wish.Window.Whole():
		return errUsage("reread_window", fault.T("--reread 读全部，不能与 --since 或 --until 同用", "--reread reads all: it goes with neither --since nor --until")).Do(seeHelp(cmd))
	case (wish.Reread || !wish.Window.Whole()) && len(names) == 0:
		return errUsage("window_of_all", fault.T("--since、--until 和 --reread 需要写明管道", "--since, --until and --reread need the name of a pipeline")).Do(seeHelp(cmd))
	}
	return nil
}

// runs does something that runs pipelines, draws its progress and prints its results.
func (p *program) runs(asJSON bool, do func(s *session) ([]app.RunResult, error)) error {
	bars := newProgress(p)
	defer bars.end()
	return p.with(options{level: slog.LevelWarn, progress: bars.teller()}, func(s *session) error {
		results, err := do(s)
		bars.end()
		p.status = fault.Worse(p.status, show.Status(results, err))
		if asJSON {
			p.out.Write(s.to.RunsJSON(results, err))
		} else {
			p.out.Write(s.to.Runs(results, sources(s.cfg)))
		}
		if err != nil {
			p.err.Write(p.toStderr().Error(err))
		}
		if s.ctx.Err() != nil {
			p.status = fault.Worse(p.status, fault.Run)
			p.err.Write(p.toStderr().Notice(fault.T("已中断：已提交的保留，其余没有入库；再次运行即可继续。", "Interrupted: what was committed stays, the rest was not stored; run again to go on.")))
		}
		return nil
	})
}
