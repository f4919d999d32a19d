package cli

import (
	"log/slog"

	"github.com/spf13/cobra"

	"creditsync/internal/app"
	"creditsync/internal/cli/show"
	"creditsync/internal/fault"
)

func (p *program) verifyCommand() *cobra.Command {
	cmd := p.command("verify [PIPELINE…|KIND…] [flags]", fault.T("核对来源、库表和主题是否一致", "compare sources, tables and topics"))
	cmd.Long = p.say("对照：台账、ClickHouse、Kafka 是否同步；版本与各次提交的校验和；当前表、分析副本、疑问数据与版本；来源与当前记录；主题与版本。\n只读不改：暂存的内容用后即清。退出状态：0 一致；1 有不同；2 名称或配置有误；3 环境有问题。",
		"Holds against each other: ledger, ClickHouse and Kafka; versions and the commits' checksums; current, live and quarantine and the versions; sources and current records; topics and versions.\nIt changes nothing; what it stages is cleaned. Exit status: 0 equal; 1 differences; 2 a name or the configuration is wrong; 3 the environment is.")
	var w app.VerifyWish
	cmd.Flags().IntVar(&w.Examples, "examples", 5, p.say("每种不同最多几个例子", "how many examples of each difference at most"))
	cmd.Flags().StringVar(&w.Since, "since", "", p.say("主题只核对此后提交的：日期或顺序号", "of topics only what was committed since: a date or a seq"))
	asJSON := p.asJSON(cmd)
	cmd.RunE = func(_ *cobra.Command, names []string) error {
		w.Names = names
		return p.with(options{level: slog.LevelWarn, step: p.tellStep}, func(s *session) error {
			parts, err := s.Verify(s.ctx, w)
			if err != nil {
				return err
			}
			p.status = fault.Worse(p.status, show.VerifyStatus(parts))
			if *asJSON {
				p.out.Write(s.to.VerifyJSON(parts))
			} else {
				p.out.Write(s.to.Verify(parts))
			}
			return nil
		})
	}
	return cmd
}

// tellStep says on stderr what a long command is doing.
func (p *program) tellStep(t fault.Text) { p.err.Write(p.toStderr().Step(t)) }
