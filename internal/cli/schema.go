package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"creditsync/internal/app"
	"creditsync/internal/cli/show"
	"creditsync/internal/fault"
	"creditsync/schemas"
)

// form is one way to write a record kind down.
type form struct {
	name  string
	write func(to show.Printer, k *schemas.Kind) []byte
}

// forms are the ways to write a record kind down.
func forms() []form {
	return []form{
		{"doc", func(to show.Printer, k *schemas.Kind) []byte { return to.Fields(k) }},
		{"arrow", func(to show.Printer, k *schemas.Kind) []byte { return to.Arrow(k) }},
		{"ddl", func(_ show.Printer, k *schemas.Kind) []byte { return show.Statements(app.DDL(k)) }},
		{"json", func(_ show.Printer, k *schemas.Kind) []byte { return app.MessageSchema(k) }},
	}
}

// listForm names the table of all kinds.
const listForm = "list"

func (p *program) schemaCommand() *cobra.Command {
	names := []string{listForm}
	for _, f := range forms() {
		names = append(names, f.name)
	}
	cmd := p.command("schema [KIND] [flags]", fault.T("记录的定义：字段、表结构、消息", "what a record is: its fields, tables and messages"))
	cmd.Args = words(0, 1)
	as := cmd.Flags().String("as", "", p.say("写法：", "form: ")+strings.Join(names, ", ")+p.say("；不给种类时为 list，否则为 doc", "; list without a kind, else doc"))
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		kinds, want := schemas.All(), *as
		if len(args) > 0 {
			k, ok := schemas.Find(args[0])
			if !ok {
				return errUsage("unknown_kind", fault.T("没有这种记录：%q", "there is no record kind %q", args[0])).
					Do(fault.T("%s schema 列出全部", "%s schema lists them", p.name()))
			}
			kinds = []*schemas.Kind{k}
		}
		switch {
		case want == "" && len(args) == 0:
			want = listForm
		case want == "":
			want = "doc"
		}
		to := p.toStdout(nil)
		if want == listForm {
			p.out.Write(to.Kinds(kinds))
			return nil
		}
		for _, f := range forms() {
			if f.name == want {
				for _, k := range kinds {
					p.out.Write(f.write(to, k))
				}
				return nil
			}
		}
		return errUsage("form", fault.T("--as %[1]q：应为 %[2]s 之一", "--as %[1]q: must be one of %[2]s", want, strings.Join(names, ", ")))
	}
	return cmd
}
