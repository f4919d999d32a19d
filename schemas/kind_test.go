package schemas

import "testing"

func TestAll_DeclarationsAreWhole(t *testing.T) {
	t.Parallel()
	ordinals := map[int]string{}
	for _, k := range All() {
		if err := k.Validate(); err != nil {
			t.Error(err)
		}
		if other, taken := ordinals[k.Ordinal]; taken {
			t.Errorf("%s and %s share the ordinal %d", k.Name, other, k.Ordinal)
		}
		ordinals[k.Ordinal] = k.Name
	}
}

func TestAdminPenalty_HasTheThirtyColumns(t *testing.T) {
	t.Parallel()
	if got := len(AdminPenalty().Fields); got != 30 {
		t.Errorf("admin_penalty has %d fields, want the standard's 30", got)
	}
}
