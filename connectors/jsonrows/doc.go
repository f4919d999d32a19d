// Package jsonrows makes rows of text columns of JSON objects, for connectors whose sources speak JSON.
//
// Records cuts a stream into objects: JSON Lines, or the elements of an array that may stand inside an object. Shape flattens
// objects: Learn takes the names of their columns, Row their values. A source reads its records twice, or knows otherwise
// which keys there are, because a key may come up in the last record for the first time.
//
// What a value becomes:
//
//   - A text is its text. A number is written as it stands there, digit by digit: 0.20 stays 0.20, and 360802199001011238 is
//     never a floating-point number. true and false are their text. null is a cell that the source does not have, as a key
//     that is missing.
//   - An object inside an object gives columns of its own, data.name; an array of single values is one cell, joined by ；, without
//     its nulls. An array of anything else is a cell with its JSON.
//   - A key that comes twice refuses its record, also where one is written "a.b" and the other {"a": {"b": …}}.
//   - Half a surrogate pair, and bytes that are not UTF-8, refuse the record as undecodable.
//
// JSON is read as RFC 8259 has it, but for control characters inside of strings, which are let pass. It evaluates nothing and
// knows no record kinds.
package jsonrows
