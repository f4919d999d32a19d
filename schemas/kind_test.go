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

// What is never for the public is so in every field; about persons nothing that the kind holds back is let through.
func TestDisciplinaryAction_IsNeverPublic(t *testing.T) {
	t.Parallel()
	k := DisciplinaryAction()
	for _, f := range k.Fields {
		if f.Disclosure == Public {
			t.Errorf("%s is public", f.Name)
		}
	}
	if got, want := k.PersonDisclosure, Authorised; got != want {
		t.Errorf("about persons: %s, want %s", got, want)
	}
}

// Kinds whose subjects may be persons hide their numbers and say by what a person's record is told.
func TestAll_HidePersonalNumbers(t *testing.T) {
	t.Parallel()
	for _, k := range All() {
		found := false
		for _, f := range k.Fields {
			if f.Format != PersonNo {
				continue
			}
			found = true
			if f.Personal != PersonalNumber || f.Disclosure != Authorised {
				t.Errorf("%s.%s: class %q, disclosure %s", k.Name, f.Name, f.Personal, f.Disclosure)
			}
			for _, part := range k.Key {
				if part.Field == f.Name || contains(part.Fields, f.Name) || contains(k.Subject.Codes, f.Name) {
					t.Errorf("%s.%s is a part of the key", k.Name, f.Name)
				}
			}
		}
		if !found || k.Subject.Person != Person {
			t.Errorf("%s does not say what a person's number is", k.Name)
		}
	}
}
