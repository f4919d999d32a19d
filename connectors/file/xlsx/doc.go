// Package xlsx reads the sheets of a workbook (Office Open XML, ECMA-376, transitional and strict; .xlsx and .xlsm) as rows of
// text, from top to bottom, in bounded memory however large the sheet is.
//
// A workbook is a zip of XML parts. Book opens it and knows its sheets and formats; Survey passes once over a sheet for its
// first rows and its merged cells, which stand behind the rows; Strings holds the table of texts that cells share; Rows yields
// the rows. tag.go and text.go are the XML, style.go and format.go tell dates from numbers by their formats.
//
// What a cell becomes:
//
//   - A number is written out plainly in the fifteen digits that spreadsheet programs keep. A whole number of more digits
//     has lost the others: it is written 3.60802199001011E+17, which no field takes.
//   - A number with a date format is an ISO 8601 date, with its time if the format shows one; a format without the day gives
//     the month, 2024-01. The date systems of 1900, with its 29 February, and of 1904 are known. A serial number without a
//     date format stays a number.
//   - What a number format writes around a number, and the noughts that it puts in front, belong to the cell, because
//     people read them: 0.00"元" makes 2000 "2000元", 000000 makes 1234 "001234". A percentage is one. A format that shows
//     thousands or 万 refuses the row: what is seen is not what is kept.
//   - A formula is its stored result; one without a result refuses its row. TRUE, FALSE and error values (#N/A) are their text.
//   - The parts of a rich text are one text, without the reading aids above it.
//   - A cell merged from top to bottom gives its value to each of its rows, in its first column; one merged from left to right is
//     in its first column only. A row that has nothing but the value of a cell merged into it is blank.
//   - Blank rows are passed over, however many there are. Hidden rows and columns and those that a filter hides are data.
//
// It never looks at macros, links, charts and comments, and evaluates nothing. It knows no files: it is given an
// io.ReaderAt. Old workbooks (.xls) and binary ones (.xlsb) are told apart by its callers and not read.
package xlsx
