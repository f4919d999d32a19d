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
	asJSON := p.asJSON(cmd)
	cmd.RunE = func(_ *cobra.Command, names []string) error {
		return p.runs(*asJSON, func(s *session) ([]app.RunResult, error) { return s.Run(s.ctx, names, wish) })
	}
	return cmd
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
