package transforms

import (
	"testing"

	"creditsync/schemas"
)

func TestApply_RightRowIsAccepted(t *testing.T) {
	t.Parallel()
	out := apply(t, options(), rightRow())
	defer out.Release()
	if out.Count.Accepted != 1 {
		t.Fatalf("rejected: %v", violations(out, 0))
	}
	if !out.Accepted.Schema().Equal(schemas.AdminPenalty().Arrow()) {
		t.Error("the record has another schema than the kind")
	}
	if len(out.Warnings) != 0 {
		t.Errorf("warnings %v, want none", out.Warnings)
	}
}
