package schemas_test

import (
	"slices"
	"strings"
	"testing"

	"creditsync/internal/testkit/hostile"
	"creditsync/schemas"
)

// The samples hit every check that a kind asks for, deliver every layout, and name only fields and rules that there are.
func TestHostileSamples_HitWhatIsDeclared(t *testing.T) {
	t.Parallel()
	for _, k := range schemas.All() {
		hit, headers := map[string]bool{}, map[string]bool{}
		accepted := 0
		for _, table := range hostile.Tables(t, "..", k.Name) {
			for _, h := range table.Header {
				headers[h] = true
			}
			for _, row := range table.Rows {
				if row.Accepted {
					accepted++
				}
				for _, rule := range slices.Concat(row.Warnings, row.Refused) {
					hit[rule[strings.Index(rule, ":")+1:]] = true
				}
				for field := range row.Values {
					if _, ok := k.Field(field); !ok {
						t.Errorf("%s line %d: %s has no field %q", table.Path, row.Line, k.Name, field)
					}
				}
			}
		}
		for _, c := range slices.Concat(k.Refusals, k.Warnings) {
			if !hit[c.Rule] {
				t.Errorf("no hostile row of %s is hit by %s", k.Name, c.Rule)
			}
		}
		for _, l := range k.Layouts {
			if !slices.ContainsFunc(l.Marks, func(m string) bool { return headers[m] }) && !delivers(l.Headers, headers) {
				t.Errorf("no hostile sample of %s is in the layout %s", k.Name, l.Name)
			}
		}
		if accepted == 0 {
			t.Errorf("no hostile row of %s is accepted", k.Name)
		}
	}
}

func delivers(own map[string]string, headers map[string]bool) bool {
	for h := range own {
		if headers[h] {
			return true
		}
	}
	return false
}
