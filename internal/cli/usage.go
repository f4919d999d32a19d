package cli

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"creditsync/internal/fault"
)

// help is what a command is for, its arguments, commands and flags.
func (p *program) help(cmd *cobra.Command) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s\n", cmd.Short)
	if cmd.Long != "" {
		fmt.Fprintf(&b, "\n%s\n", cmd.Long)
	}
	fmt.Fprintf(&b, "\n%s\n", p.say("用法：", "Usage:"))
	if cmd.HasAvailableSubCommands() {
		fmt.Fprintf(&b, "  %s %s\n\n%s\n", cmd.CommandPath(), p.say("命令 [选项]", "COMMAND [flags]"), p.say("命令：", "Commands:"))
		for _, sub := range cmd.Commands() {
			if sub.IsAvailableCommand() {
				fmt.Fprintf(&b, "  %-12s%s\n", sub.Name(), sub.Short)
			}
		}
	} else {
		fmt.Fprintf(&b, "  %s\n", cmd.UseLine())
	}
	for _, part := range []struct {
		title string
		flags *pflag.FlagSet
	}{{p.say("选项：", "Flags:"), cmd.LocalFlags()}, {p.say("公共选项：", "Flags of every command:"), cmd.InheritedFlags()}} {
		if part.flags.HasAvailableFlags() {
			fmt.Fprintf(&b, "\n%s\n%s", part.title, part.flags.FlagUsages())
		}
	}
	return b.Bytes()
}

// helpCommand is `help COMMAND`.
func (p *program) helpCommand() *cobra.Command {
	cmd := p.command("help [COMMAND]", fault.T("显示一个命令的帮助", "help about a command"))
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		about, rest, err := cmd.Root().Find(args)
		if err != nil {
			return err
		}
		if len(rest) > 0 {
			return p.noSuchCommand(about, rest)
		}
		return about.Help()
	}
	return cmd
}

// noSuchCommand refuses words after a command that only has commands below it.
func (p *program) noSuchCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	what := fault.T("没有命令 %q", "there is no command %q", args[0])
	cmd.SuggestionsMinimumDistance = 2
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		list := strings.Join(near, ", ")
		what.ZH += fmt.Sprintf("；是否想写 %s？", list)
		what.EN += fmt.Sprintf("; did you mean %s?", list)
	}
	return errUsage("unknown_command", what).Do(seeHelp(cmd))
}

func seeHelp(cmd *cobra.Command) fault.Text {
	return fault.T("%s --help 列出可用的写法", "%s --help lists what there is", cmd.CommandPath())
}

// flagError says in the reader's language what is wrong with a flag.
func (p *program) flagError(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	var missing *pflag.ValueRequiredError
	var invalid *pflag.InvalidValueError
	switch {
	case errors.Is(err, pflag.ErrHelp):
		return err
	case errors.As(err, &unknown):
		name := "--" + unknown.GetSpecifiedName()
		if unknown.GetSpecifiedShortnames() != "" {
			name = "-" + unknown.GetSpecifiedName()
		}
		return errUsage("unknown_flag", fault.T("%[1]s 没有选项 %[2]s", "%[1]s has no flag %[2]s", cmd.CommandPath(), name)).Do(seeHelp(cmd))
	case errors.As(err, &missing):
		return errUsage("flag_value", fault.T("选项 --%s 后面缺少值", "flag --%s needs a value", missing.GetFlag().Name)).Do(seeHelp(cmd))
	case errors.As(err, &invalid):
		return errUsage("flag_value", fault.T("选项 --%[1]s 的值 %[2]q 不对", "flag --%[1]s cannot be %[2]q", invalid.GetFlag().Name, invalid.GetValue())).Do(seeHelp(cmd))
	}
	return errUsage("flags", fault.T("选项写错了", "the flags are wrong")).Because(err).Do(seeHelp(cmd))
}

// words checks how many arguments a command has; most < 0 is any number.
func words(least, most int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) < least:
			return errUsage("missing_argument", fault.T("缺少参数：%s", "an argument is missing: %s", cmd.UseLine())).Do(seeHelp(cmd))
		case most >= 0 && len(args) > most:
			return errUsage("surplus_argument", fault.T("多余的参数 %[2]q：%[1]s", "surplus argument %[2]q: %[1]s", cmd.UseLine(), args[most])).Do(seeHelp(cmd))
		}
		return nil
	}
}
