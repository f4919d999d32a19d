// Package fold makes equal what people write differently: blanks, width, letter case and brackets.
//
// The folds here are the only changes of spelling that a value ever undergoes, and none of them changes its meaning:
// Han characters are never touched, neither are middle dots, punctuation or the order of anything.
//
//   - [Trim] and [Text] cut blanks at both ends;
//   - [Code] is for codes and numbers, [Name] for names, [Header] for the header texts of files;
//   - [IsNull] and [IsPlaceholder] know how source systems spell "nothing".
//
// It is not a validator: what a folded value has to look like is said by the packages beside it (uscc, personid,
// cndate, money, docno).
//
// Memory. A function that takes dst returns either a subslice of b, when nothing but blanks at the ends had to go,
// or bytes written over dst from its start, grown where it is too short. dst is scratch: keep it in a variable of
// its own, never assign the result to it, and give it room (256 bytes serve). Nothing is allocated while it fits.
//
// Input is meant to be valid UTF-8; other bytes are carried as they are.
package fold
