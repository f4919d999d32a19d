// Package file reads files as departments drop them: CSV and TSV in any encoding that Chinese office software writes, workbooks,
// JSON and JSON Lines; packed by gzip or in zip archives or not; with titles above the header, and damage of every kind named
// by file and line.
//
// The road of a byte of text: origin (a file, or a member of an archive: watched for changes, unpacked) → text (decoding
// to UTF-8) → feed (the same in a goroutine that reads ahead) → rows (records and their line numbers) or jsonrows (objects) →
// columns (Arrow). A workbook goes through package xlsx instead. look.go finds out what a file is, layout, jsonfile and workbook
// are what it can be, head.go and sheethead.go find its header before the first row is read, find.go the files. faults*.go have every
// sentence that people read.
//
// Decisions that are not obvious:
//
//   - What a file is is told by its content; its name decides only between JSON Lines and JSON, and what is read from an archive.
//   - A row shorter than the header is ragged even when what is missing may have been empty: a row that lost a cell in
//     its middle looks the same, and padding it would shift values into other columns. A longer one is ragged even when
//     its surplus cells are empty: a cell that was cut in two by a comma without quotes looks the same. Only what
//     belongs to trailing columns without a name may be there or missing. In a sheet every cell has its place: nothing there is ragged,
//     and what stands beside the table is no part of it.
//   - A quoted cell that runs over a line break and goes on after its closing quote is the mark of a lost quote: what
//     looks like one row is two. It is refused, not merged.
//   - A quoted cell over connectors.MaxCell is skipped up to its closing quote, in constant memory, and its row refused;
//     there is no guessing where a row may start again inside of it. When text follows that quote, or no quote comes
//     before the end of the file, the file is broken and the read fails, naming the line where the quote opened.
//   - A row over 8 MiB, or of more than 16,384 cells, is skipped in the same way, whatever its cells are.
//   - A row whose cells are all blank is a blank line: Excel writes such rows below its tables, and JSON has {}.
//   - U+FFFD counts as undecodable even where the file spells it: whoever wrote it had lost the character already.
//   - The encoding is settled by the first sixteen characters that are not ASCII, the header as a rule. Rows in another
//     one further down, as in files that were pieced together, are undecodable; that goes for UTF-8 in a GB18030 file too,
//     most of which would decode to other Chinese characters without an error.
//   - Files are opened twice, once for their headers and once to be read, so that a thousand of them need one
//     descriptor; a file that is no longer the same at the second opening, or at its end, fails the read. JSON is read twice as a
//     whole, because its last record may bring a new key, and a sheet is passed over once before, for the merged cells behind it.
//   - A workbook is one input whatever its sheets are called, so that a sheet that is renamed every month is no missing file. Of
//     several sheets those are read that have the columns of the best one; one that looks like data and has other columns
//     fails the read, because leaving it out would lose its rows. Hidden sheets are read when they are named.
//   - An archive is as many inputs as it has members to be read. Nothing of it touches the disk but a workbook over 32 MB, which has to
//     be unpacked first: package scratch keeps that encrypted and without a name. Archives in archives are not read.
//   - What unpacks to four hundred times its size is no data: the read ends.
//
// It knows no record kinds.
package file
