// Package bureau makes what four departments of a city might have in their systems. Most of it is the file that the market
// supervision bureau delivers: the administrative penalties of the city and its counties, as their clerks type them; and
// the workbook of the one county that keeps its own. Register is what the others have: the court's judgments and
// defaulters, the procurement office's suppliers, the disciplinary commission's sanctions.
//
// Everything in it is invented and follows from a seed: companies, people, cases. Places, laws and bodies are those of
// 吉安 so that it reads like the real thing; resident IDs carry the sequence numbers 980 to 989, which mark test data, and
// the bodies' own codes are made up too. A likeness to somebody who exists is chance.
//
// The road of a row: Penalty (what is true) → clerk (how an office writes it) → mistake (in two rows of a hundred, what
// went wrong while doing so) → Book (all rows, night after night) → Write (the CSV file).
//
// It is not for tests of the rules: e2e/generator has data for those, by other hands. It imports nothing of creditsync,
// so that the tour sees the program as a stranger does.
package bureau
