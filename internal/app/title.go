package app

import (
	"creditsync/internal/fault"
	"creditsync/schemas"
)

// title is what people read for a field, in the configured language. The Chinese titles of the standard name the unit of
// an amount; the English ones do not.
func (a *App) title(f *schemas.Field) string {
	switch {
	case a.Config.Language == fault.Chinese:
		return f.Title
	case f.Unit != "":
		return f.English + " (" + f.Unit + ")"
	}
	return f.English
}
