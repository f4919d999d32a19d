package cli

import (
	"github.com/spf13/cobra"

	"creditsync/internal/config"
	"creditsync/internal/fault"
)

// root is the command line with all commands.
func (p *program) root() *cobra.Command {
	root := p.command("creditsync", fault.T("把各部门的公共信用信息同步到信用信息平台", "carries public-credit records from departments to the credit information platform"))
	root.SilenceErrors, root.SilenceUsage = true, true
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetOut(p.out)
	root.SetErr(p.err)
	root.SetHelpFunc(func(cmd *cobra.Command, _ []string) { p.out.Write(p.help(cmd)) })
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error { return p.flagError(cmd, err) })
	root.SetHelpCommand(p.helpCommand())
	root.Args = p.noSuchCommand
	root.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
	flags := root.PersistentFlags()
	flags.StringVarP(&p.file, "config", "c", config.DefaultPath, p.say("配置文件", "the configuration"))
	flags.StringVar(&p.language, "language", "", p.say("输出的语言：zh 或 en", "language of the output: zh or en"))
	flags.StringVar(&p.logLevel, "log-level", "", p.say("日志级别：debug、info、warn 或 error", "level of the log: debug, info, warn or error"))
	flags.BoolP("help", "h", false, p.say("显示帮助", "show this help"))
	root.AddCommand(
		p.runCommand(),
		p.serveCommand(),
		p.statusCommand(),
		p.checkCommand(),
		p.previewCommand(),
		p.recordCommand(),
		p.runsCommand(),
		p.quarantineCommand(),
		p.revertCommand(),
		p.verifyCommand(),
		p.repairCommand(),
		p.replayCommand(),
		p.schemaCommand(),
		p.engineCommand(),
		p.brokerCommand(),
		p.versionCommand(),
	)
	return root
}

// command is a command with its one-line help.
func (p *program) command(use string, short fault.Text) *cobra.Command {
	return &cobra.Command{Use: use, Short: short.In(p.lang), DisableFlagsInUseLine: true}
}

// say picks the sentence of the language of help texts.
func (p *program) say(zh, en string) string { return fault.Text{ZH: zh, EN: en}.In(p.lang) }

// asJSON adds the flag --json.
func (p *program) asJSON(cmd *cobra.Command) *bool {
	return cmd.Flags().Bool("json", false, p.say("向标准输出写一份 JSON，不写别的", "write one JSON document to stdout and nothing else"))
}
