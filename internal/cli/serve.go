package cli

import (
	"log/slog"

	"github.com/spf13/cobra"

	"creditsync/internal/fault"
)

func (p *program) serveCommand() *cobra.Command {
	cmd := p.command("serve [flags]", fault.T("按计划同步，直到停止；带状态页面、指标和告警", "sync by schedule until stopped, with a status page, metrics and alerts"))
	cmd.Long = p.say("按各管道的 schedule 运行，发布变更，看护内嵌的 ClickHouse 和 Kafka，在 console.listen 上提供状态页面、/healthz、/readyz 和 /metrics。\nSIGTERM 或 Ctrl-C：正在运行的最多再等 5 秒，10 秒内结束；没有提交的由下次启动接着做。再来一次立即结束。",
		"Runs pipelines by their schedules, publishes what changed, keeps the embedded ClickHouse and Kafka up, and serves a status page, /healthz, /readyz and /metrics on console.listen.\nSIGTERM or Ctrl-C: runs have five more seconds, and all ends within ten; what is not committed is done after the next start. A second one ends at once.")
	cmd.Args = words(0, 0)
	cmd.RunE = func(*cobra.Command, []string) error {
		return p.with(options{level: slog.LevelInfo}, func(s *session) error {
			err := s.Serve(s.ctx, func(addresses map[string]string) { p.out.Write(s.to.Ready("creditsync", addresses)) })
			if s.ctx.Err() != nil && fault.CodeOf(err) == "" {
				return nil // ended by the signal, as it should
			}
			return err
		})
	}
	return cmd
}
