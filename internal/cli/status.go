package cli

import (
	"log/slog"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"creditsync/internal/app"
	"creditsync/internal/fault"
)

// failures are what --fail-on can name.
var failures = [...]string{"overdue", "failed", "stopped"}

func (p *program) statusCommand() *cobra.Command {
	cmd := p.command("status [flags]", fault.T("各管道上次和下次运行的时间、失败和逾期", "when pipelines ran and run next, what failed and what is overdue"))
	cmd.Long = p.say("只读台账，不启动任何东西；serve 没有运行时也能用。被拒待处理的行数要 ClickHouse 已启动才知道，否则是“?”。\n--fail-on 用于监控：有所列情形之一时退出状态为 1。",
		"Reads the ledger and starts nothing; works without serve. How many refused rows are open is known only while ClickHouse is up, else it is \"?\".\n--fail-on is for monitors: the exit status is 1 where one of the listed things is so.")
	cmd.Args = words(0, 0)
	failOn := cmd.Flags().String("fail-on", "", p.say("逗号分隔：overdue 逾期，failed 失败，stopped serve 没有运行", "comma separated: overdue, failed, stopped (serve is not at work)"))
	asJSON := p.asJSON(cmd)
	cmd.RunE = func(*cobra.Command, []string) error {
		var on []string
		for one := range strings.SplitSeq(*failOn, ",") {
			if one = strings.TrimSpace(one); one == "" {
				continue
			}
			if !slices.Contains(failures[:], one) {
				return errUsage("fail_on", fault.T("--fail-on %[1]q：应为 %[2]s", "--fail-on %[1]q: must be of %[2]s", one, strings.Join(failures[:], ", ")))
			}
			on = append(on, one)
		}
		return p.with(options{level: slog.LevelWarn}, func(s *session) error {
			st, err := s.Status(s.ctx)
			if err != nil {
				return err
			}
			if *asJSON {
				p.out.Write(s.to.StatusJSON(st))
			} else {
				p.out.Write(s.to.Status(st))
			}
			if fails(st, on) {
				p.status = fault.Worse(p.status, fault.Run)
			}
			return nil
		})
	}
	return cmd
}

// fails reports whether one of the things is so.
func fails(st app.Status, on []string) bool {
	if slices.Contains(on, "stopped") && st.Serving.IsZero() {
		return true
	}
	for i := range st.Pipelines {
		p := &st.Pipelines[i]
		if p.Enabled && (slices.Contains(on, "overdue") && p.Overdue > 0 || slices.Contains(on, "failed") && p.Failed()) {
			return true
		}
	}
	return false
}
