// Package workbook is workload W6: the rows of a workbook (.xlsx) to Arrow batches, against the bare streaming read of
// excelize: Rows and Columns, without number formats (RawCellValue), thrown away. The workbook is as Excel writes it: texts
// in the shared table, days as serial numbers with a format, amounts as numbers.
package workbook

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/xuri/excelize/v2"

	"creditsync/bench/duel"
	"creditsync/connectors"
	"creditsync/connectors/file"
)

// Run measures a workbook of so many rows.
func Run(ctx context.Context, rows, pairs int) (*duel.Result, error) {
	dir, err := os.MkdirTemp("", "creditsync-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "penalties.xlsx")
	if err := fill(ctx, dir, path, rows); err != nil {
		return nil, err
	}
	if err := same(ctx, dir, path); err != nil {
		return nil, err
	}
	return duel.Duel{
		ID: "W6", Name: "workbook", Rival: "excelize", Pairs: pairs, Floor: 0.8, Aim: 1.0,
		Title:  fmt.Sprintf("workbook, %d penalties × 30 columns, .xlsx to Arrow batches", rows),
		Theirs: func(context.Context) (duel.Sample, error) { return bare(path) },
		Ours:   func(ctx context.Context) (duel.Sample, error) { return read(ctx, dir) },
	}.Run(ctx, os.Stderr)
}

// bare reads the sheet with excelize and throws the cells away.
func bare(path string) (duel.Sample, error) {
	meter := duel.Start()
	counts := map[string]int64{"rows": 0, "cells": 0}
	err := excel(path, true, func(cells []string) {
		counts["rows"]++
		filled := 0
		for _, c := range cells {
			if c != "" {
				filled++
			}
		}
		counts["cells"] += int64(filled)
	})
	return meter.Sample(counts), err
}

// excel calls each with the rows that excelize reads, without the header.
func excel(path string, raw bool, each func(cells []string)) error {
	f, err := excelize.OpenFile(path, excelize.Options{RawCellValue: raw})
	if err != nil {
		return err
	}
	defer f.Close()
	rows, err := f.Rows(sheetName)
	if err != nil {
		return err
	}
	for header := true; rows.Next(); header = false {
		cells, err := rows.Columns(excelize.Options{RawCellValue: raw})
		if err != nil {
			return err
		}
		if !header {
			each(cells)
		}
	}
	return rows.Close()
}

// read reads the workbook through the connector, to Arrow batches that are released at once.
func read(ctx context.Context, dir string) (duel.Sample, error) {
	meter := duel.Start()
	counts := map[string]int64{"rows": 0, "cells": 0}
	err := batches(ctx, dir, func(rows arrow.Record) {
		counts["rows"] += rows.NumRows()
		filled := 0
		for _, c := range rows.Columns() {
			text := c.(*array.String)
			for i := range text.Len() {
				if text.ValueLen(i) > 0 {
					filled++
				}
			}
		}
		counts["cells"] += int64(filled)
	})
	return meter.Sample(counts), err
}

// batches calls each with every batch of the connector, which is released then.
func batches(ctx context.Context, dir string, each func(arrow.Record)) error {
	o := file.Defaults()
	o.Path = "penalties.xlsx"
	s, err := file.New(o, connectors.Place{Dir: dir})
	if err != nil {
		return err
	}
	in, err := s.Open(ctx, connectors.Request{Match: func(cells []string) int { return len(cells) }})
	if err != nil {
		return err
	}
	defer in.Close()
	for {
		b, err := in.Next(ctx)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		each(b.Rows)
		b.Release()
	}
}
