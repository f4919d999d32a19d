package columns

import (
	"strings"
	"testing"

	"creditsync/connectors"
)

func TestFlaw(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"": "", "91360800MA35": "", "吉安市": "", "吉\x00安": connectors.RuleNUL, "\x00": connectors.RuleNUL, "吉\xe5": connectors.RuleUndecodable,
		"某\uFFFD公司": connectors.RuleUndecodable, strings.Repeat("a", connectors.MaxCell): "", strings.Repeat("a", connectors.MaxCell+1): connectors.RuleCellTooLarge,
		"a\tb": "", strings.Repeat("a", 33) + "\x00": connectors.RuleNUL,
	} {
		if got := Flaw([]byte(text)); got != want {
			t.Errorf("Flaw(%.40q) = %q, want %q", text, got, want)
		}
	}
}
