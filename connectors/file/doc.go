// Package file reads CSV and TSV files as departments drop them: any encoding that Chinese office software writes, gzip or
// not, with titles above the header, quotes as Excel writes them, and damage of every kind named by file and line.
//
// The road of a byte: stored (the file as it lies on disk, counted, watched for changes) → text (gunzip, decoding to
// UTF-8) → feed (the same in a goroutine that reads ahead) → rows (records and their line numbers) → columns (Arrow).
// head.go finds the header before the first row is read, find.go the files, faults.go has every sentence that people read.
//
// Decisions that are not obvious:
//
//   - A row shorter than the header is ragged even when what is missing may have been empty: a row that lost a cell in
//     its middle looks the same, and padding it would shift values into other columns. A longer one is ragged even when
//     its surplus cells are empty: a cell that was cut in two by a comma without quotes looks the same. Only what
//     belongs to trailing columns without a name may be there or missing.
//   - A quoted cell that runs over a line break and goes on after its closing quote is the mark of a lost quote: what
//     looks like one row is two. It is refused, not merged.
//   - A quoted cell over connectors.MaxCell is skipped up to its closing quote, in constant memory, and its row refused;
//     there is no guessing where a row may start again inside of it. When text follows that quote, or no quote comes
//     before the end of the file, the file is broken and the read fails, naming the line where the quote opened.
//   - A row over 32 MiB, or of more than 16,384 cells, is skipped in the same way, whatever its cells are.
//   - A row whose cells are all blank is a blank line: Excel writes such rows below its tables.
//   - U+FFFD counts as undecodable even where the file spells it: whoever wrote it had lost the character already.
//   - The encoding is settled by the first sixteen characters that are not ASCII, the header as a rule. Rows in another
//     one further down, as in files that were pieced together, are undecodable; that goes for UTF-8 in a GB18030 file too,
//     most of which would decode to other Chinese characters without an error.
//   - Files are opened twice, once for their headers and once to be read, so that a thousand of them need one
//     descriptor; a file that is no longer the same at the second opening, or at its end, fails the read.
//
// It is not for workbooks (.xlsx) and knows no record kinds.
package file
