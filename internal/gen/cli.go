package main

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"creditsync/internal/cli"
)

// commandsPage is what every command says of itself when it is asked for --help, in both languages.
func commandsPage() (string, error) {
	var b strings.Builder
	b.WriteString("# 命令 / Commands\n\n")
	b.WriteString("每个命令 `--help` 的原文。What each command says to `--help`. 退出状态见 / exit statuses: [faults.md](faults.md).\n")
	err := describe(&b, nil)
	return b.String(), err
}

// describe writes a command and those below it.
func describe(b *strings.Builder, command []string) error {
	zh, err := help(command, "zh")
	if err != nil {
		return err
	}
	en, err := help(command, "en")
	if err != nil {
		return err
	}
	fmt.Fprintf(b, "\n## %s\n\n```text\n%s```\n\n```text\n%s```\n", strings.Join(append([]string{"creditsync"}, command...), " "), zh, en)
	for _, sub := range commandsIn(en) {
		if sub == "help" {
			continue
		}
		if err := describe(b, append(command[:len(command):len(command)], sub)); err != nil {
			return err
		}
	}
	return nil
}

// help asks a command for its help.
func help(command []string, language string) (string, error) {
	var out, log bytes.Buffer
	args := append(command[:len(command):len(command)], "--help", "--language="+language)
	status := cli.Main(cli.Env{
		Args: args, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &log,
		LookupEnv: func(string) (string, bool) { return "", false }, Now: time.Now, Executable: "creditsync",
	})
	if status != 0 {
		return "", fmt.Errorf("creditsync %s: status %d: %s", strings.Join(args, " "), status, log.String())
	}
	return out.String(), nil
}

// commandsIn are the names under "Commands:" of an English help text.
func commandsIn(text string) []string {
	_, list, found := strings.Cut(text, "\nCommands:\n")
	if !found {
		return nil
	}
	var names []string
	for line := range strings.Lines(list) {
		name := strings.Fields(line)
		if len(name) == 0 {
			break
		}
		names = append(names, name[0])
	}
	return names
}
