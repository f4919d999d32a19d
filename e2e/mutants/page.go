package mutants

import (
	"fmt"
	"strings"
)

// Table is the mutants as docs/guarantees.md lists them. where says in which file of the repository a test is declared.
func Table(list []Mutant, where func(Test) (path string, ok bool)) string {
	var b strings.Builder
	b.WriteString("| mutant | what is wrong with it | breaks | caught by |\n| --- | --- | --- | --- |\n")
	for _, m := range list {
		var tests []string
		for _, one := range m.Tests {
			name := "`" + one.Name + "`"
			if path, ok := where(one); ok {
				name = fmt.Sprintf("[%s](../%s)", name, path)
			}
			tests = append(tests, name)
		}
		fmt.Fprintf(&b, "| [%[1]s](../e2e/mutants/%[1]s.patch) | %s | %s | %s |\n", m.Name, m.Bug, m.Breaks, strings.Join(tests, ", "))
	}
	return b.String()
}
