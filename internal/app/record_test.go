package app

import (
	"context"
	"regexp"
	"strings"
	"testing"
)

// Titles are in the configured language, and amounts read as in the messages.
func TestRecord_ReadsInTheConfiguredLanguage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.deliver(60)
	if err := s.run(); err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	s.again()
	if _, err := s.warehouse(ctx); err != nil {
		t.Fatal(err)
	}
	id := s.query("SELECT lower(hex(record_id)) FROM credit.admin_penalty_live WHERE isNotNull(fine_wanyuan) AND isNull(confiscated_wanyuan) LIMIT 1")
	for language, title := range map[string]string{"en": "fine (万元)", "zh": "罚款金额（万元）"} {
		s.write("creditsync.yaml", strings.Replace(siteConfig, "language: en", "language: "+language, 1))
		s.again()
		got, err := s.Record(ctx, id)
		if err != nil || len(got.Versions) != 1 {
			t.Fatalf("%s: got %+v, %v, want one version", language, got, err)
		}
		fines := 0
		for _, v := range got.Versions[0].Values {
			switch v.Field {
			case "fine_wanyuan":
				fines++
				if v.Title != title || !regexp.MustCompile(`^\d+\.\d{6}$`).MatchString(v.Text) {
					t.Errorf("%s: got %+v, want title %s and six decimals", language, v, title)
				}
			case "confiscated_wanyuan":
				t.Errorf("%s: the absent amount is shown: %+v", language, v)
			}
		}
		if fines != 1 {
			t.Errorf("%s: the fine is shown %d times", language, fines)
		}
		shown, err := s.Preview(ctx, "penalties", 3)
		if err != nil || len(shown.Fields) == 0 {
			t.Fatal(err)
		}
		for i, f := range shown.Fields {
			if f.Name == "fine_wanyuan" && (f.Title != title || shown.Bound[i].Title != title) {
				t.Errorf("%s: preview calls the fine %q and %q", language, f.Title, shown.Bound[i].Title)
			}
		}
	}
}
