// Package transforms turns the text columns of a source into the typed columns of a record kind, and says of every row
// that does not fit what is wrong with it, in words that a clerk understands.
//
// It is made of pure functions of a batch: no clock, no store, no keys of its own. Keys and the day come in through
// Options. What a record kind is stands in package schemas; how one value is folded and checked stands in the leaves
// below this package (uscc, personid, cndate, money, docno, …).
//
// One batch goes through three passes, column by column so that a million rows cost seconds:
//
//  1. read (column_*.go): each source column is folded and checked into a column of states and values;
//  2. judge (cross.go, warnings.go): what columns say about each other; then key.go names the record of each row;
//  3. build (build.go, reject.go): the accepted rows in the kind's Arrow schema, the others as rejects.
//
// A value never changes but by the folds of package fold and by the synonyms of a code list (I4): what does not fit is
// refused with a rule of rules.go. A column in which nothing changes is handed on without being copied.
//
// Start at Transformer.Apply in apply.go.
package transforms
