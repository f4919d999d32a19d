package schemas

import (
	"fmt"
	"slices"
	"time"
)

// Validate reports what is wrong with the declaration; a kind with an error is a programmer's mistake, found by a test.
func (k *Kind) Validate() error {
	seen := map[string]bool{}
	for i := range k.Fields {
		f := &k.Fields[i]
		if seen[f.Name] {
			return fmt.Errorf("kind %s: field %s stands twice", k.Name, f.Name)
		}
		seen[f.Name] = true
		if err := f.validate(); err != nil {
			return fmt.Errorf("kind %s: field %s %w", k.Name, f.Name, err)
		}
	}
	for _, name := range k.references() {
		if !seen[name] {
			return fmt.Errorf("kind %s names a field %q that it does not have", k.Name, name)
		}
	}
	switch {
	case len(k.Key) == 0:
		return fmt.Errorf("kind %s has no natural key", k.Name)
	case len(k.Authority) == 0:
		return fmt.Errorf("kind %s does not say whose business a refused row is", k.Name)
	}
	for _, p := range k.Key {
		if p.Form == FirstOf && !slices.ContainsFunc(k.AnyOf, func(group []string) bool { return slices.Equal(group, p.Fields) }) {
			return fmt.Errorf("kind %s: a record may lack every one of %v, of which its key needs one", k.Name, p.Fields)
		}
	}
	for _, t := range k.Terms {
		if _, err := time.Parse(time.DateOnly, t.Since); err != nil || t.Min > t.Max || t.Basis == "" {
			return fmt.Errorf("kind %s: the term %+v is not whole", k.Name, t)
		}
	}
	return nil
}

// validate reports what the field says of itself that cannot be.
func (f *Field) validate() error {
	switch {
	case f.Title == "" || f.English == "":
		return fmt.Errorf("has no title")
	case (f.Type == Choice || f.Type == Choices) && f.List == nil:
		return fmt.Errorf("has no code list")
	case f.Type == Money && f.Unit != TenThousandYuan && f.Unit != Yuan:
		return fmt.Errorf("has the unit %q, which amounts are not in", f.Unit)
	case f.Disclosure == "":
		return fmt.Errorf("has no disclosure level")
	case (f.Format == CaseNo) && f.Type != Document:
		return fmt.Errorf("is no document, so it has no case number")
	}
	return nil
}

// references are the names of fields that the declaration refers to.
func (k *Kind) references() []string {
	refs := []string{k.Subject.Type, k.Subject.Name, k.Subject.USCC}
	refs = append(append(refs, k.Subject.Codes...), k.Authority...)
	for _, p := range k.Key {
		if p.Field != "" || p.Form != SubjectNo && p.Form != FirstOf {
			refs = append(refs, p.Field)
		}
		refs = append(refs, p.Fields...)
	}
	for i := range k.Fields {
		f := &k.Fields[i]
		for _, c := range f.RequiredIf {
			refs = append(refs, c.Field)
		}
		for _, name := range []string{f.NotBefore, f.TypeField} {
			if name != "" {
				refs = append(refs, name)
			}
		}
	}
	for _, group := range k.AnyOf {
		refs = append(refs, group...)
	}
	for _, c := range slices.Concat(k.Refusals, k.Warnings) {
		refs = append(refs, c.Fields...)
	}
	for _, m := range k.Mixed {
		refs = append(append(refs, m.Person), m.Codes...)
	}
	for _, l := range k.Layouts {
		for _, name := range l.Headers {
			refs = append(refs, name)
		}
		for _, d := range l.Defaults {
			refs = append(refs, d.Field)
			if d.When != "" {
				refs = append(refs, d.When)
			}
		}
	}
	return refs
}
