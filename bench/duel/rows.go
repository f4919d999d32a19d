package duel

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
)

// Rewrite copies a file of Penalties row by row; change returns what a row becomes, its line end included. Rows count from 0
// after the header, and the row is only valid during the call.
func Rewrite(from, to string, change func(row int, line []byte) []byte) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	defer out.Close()
	r, w := bufio.NewReaderSize(in, 1<<20), bufio.NewWriterSize(out, 1<<20)
	var line []byte
	for row := -1; ; {
		part, err := r.ReadSlice('\n')
		if errors.Is(err, io.EOF) && len(part)+len(line) == 0 {
			break
		}
		if err != nil {
			return fmt.Errorf("%s, row %d: %w", from, row, err)
		}
		line = append(line, part...)
		if bytes.Count(line, []byte{'"'})%2 != 0 { // a cell goes on in the next line
			continue
		}
		whole := line
		if row >= 0 {
			whole = change(row, line)
		}
		if _, err := w.Write(whole); err != nil {
			return err
		}
		row, line = row+1, line[:0]
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return out.Close()
}

// documentNo is the place of the document number among the cells, counted from 0.
const documentNo = 13

// Renumber gives the row a document number of its own: the digits go to the end of the number, before 号.
func Renumber(line []byte, digits string) []byte {
	cell, quoted, at := 0, false, -1
	for i, c := range line {
		switch {
		case c == '"':
			quoted = !quoted
		case c == ',' && !quoted:
			if cell == documentNo && at >= 0 {
				return bytes.Join([][]byte{line[:at], line[at:]}, []byte(digits))
			}
			cell++
		case cell == documentNo && bytes.HasPrefix(line[i:], []byte("号")):
			at = i
		}
	}
	return line
}

// Remark appends to the last cell of the row.
func Remark(line []byte, text string) []byte {
	end := len(bytes.TrimRight(line, "\r\n"))
	if line[end-1] == '"' {
		end--
	}
	return bytes.Join([][]byte{line[:end], line[end:]}, []byte(text))
}
