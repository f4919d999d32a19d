#!/usr/bin/env python3
"""Writes a synthetic file of administrative penalties together with what a correct reader makes of it.

    python3 e2e/generator/penalties.py --rows 200000 --seed 7 --encoding gb18030 --out DIR
    python3 e2e/generator/penalties.py --rows 200000 --seed 7 --encoding gb18030 --out DIR --night2

See README.md beside this file for the formats. Python 3.11, standard library only.
"""

import argparse
import os
import sys
from datetime import date
from random import Random

import sink
from identifiers import ResidentIds
from night import Night
from plan import Plan, needs
from rows import Builder, Row

ADDED_FROM = 500_000  # running numbers of rows that only the second night has
AHEAD = 20  # with the IDs asked for, so that it is enough even when the last rows cannot take any


def arguments(argv):
    parser = argparse.ArgumentParser(description="Writes synthetic administrative penalties and the truth about them.")
    add = parser.add_argument
    add("--rows", type=int, default=1000, help="data rows of the first night")
    add("--seed", type=int, default=1, help="the same seed and options give the same bytes")
    add("--out", required=True, help="folder to write into; the second night writes into night2 below it")
    add("--encoding", choices=sorted(sink.ENCODINGS), default="utf-8", help="utf-16 comes with a byte order mark")
    add("--delimiter", default=",", help="a comma or tab")
    add("--eol", choices=("crlf", "lf"), default="crlf")
    add("--gzip", action="store_true")
    add("--header", choices=("title", "code", "field", "legacy-titles"), default="title")
    add("--shuffle-columns", action="store_true", help="columns in another order, decided by the seed")
    add("--preamble", type=int, default=0, help="lines above the header line")
    add("--defects", type=float, default=0.02, help="share of defective rows, raised to what --per-defect needs; 0: none")
    add("--per-defect", type=int, help="least rows of every defect (40 from 20,000 rows on, fewer below)")
    add("--keyed-defects", action="store_true", help="only defects that leave the natural key computable")
    add("--no-huge", action="store_true", help="without the two rows that have a cell over 1 MB")
    add("--warnings", type=int, help="rows of every warning (100 from 20,000 rows on, fewer below)")
    add("--duplicates", type=int, help="pairs of good rows with the same key (30 from 20,000 rows on, fewer below)")
    add("--ids", type=int, default=0, help="at least so many different resident IDs")
    add("--docno-parens", action="store_true", help="police document numbers with brackets in the word: 吉州公(治)行罚决字")
    add("--today", type=date.fromisoformat, help="plant decision dates of the days after this one, too")
    add("--no-truth", action="store_true", help="no truth.jsonl")
    add("--night2", action="store_true", help="write the second night instead of the first")
    add("--variant", choices=("night1", "night2"), help="the same as --night2, spelled out")
    add("--changed", type=int, default=10, help="second night: rows that changed outside the key")
    add("--removed", type=int, default=5, help="second night: rows that are gone")
    add("--added", type=int, default=7, help="second night: new rows")
    add("--break-known", type=int, default=0, help="second night: known rows made invalid outside the key")
    add("--break-key", type=int, default=0, help="second night: known rows whose key cannot be computed")
    options = parser.parse_args(argv)
    options.delimiter = {"tab": "\t", "\\t": "\t", "comma": ","}.get(options.delimiter, options.delimiter)
    if options.delimiter not in (",", "\t"):
        parser.error("--delimiter is a comma or tab")
    options.night2 = options.night2 or options.variant == "night2"
    return options


class Generator:
    """One night's file from beginning to end."""

    def __init__(self, options):
        self.options = options
        self.plan = Plan(options)
        self.night = Night(options, self.plan) if options.night2 else None
        rare = options.encoding != "gbk"
        companies = max(200, options.rows * 2 // 5)
        self.builder = Builder("rows %d" % options.seed, companies, rare, docno_parens=options.docno_parens)
        self.extra = Builder("added %d" % options.seed, companies, rare, ADDED_FROM, ResidentIds.CAPACITY,
                             options.docno_parens)
        rng = Random("columns %d" % options.seed)
        order, titles = sink.header(options.header, rng)
        if options.shuffle_columns:
            both = list(zip(order, titles))
            rng.shuffle(both)
            order, titles = [o for o, _ in both], [t for _, t in both]
        folder = os.path.join(options.out, "night2") if options.night2 else options.out
        self.output = sink.Output(folder, options, order, titles)
        self.seen = 0     # resident IDs so far
        self.waiting = {}  # row index → earlier row with the same key

    def run(self):
        plan, night, options = self.plan, self.night, self.options
        rows, wanted = options.rows, options.ids
        changes, first, second = plan.changes, plan.first, plan.second
        build, remember, write = self.builder.build, self.builder.remember, self.output.write
        for index in range(rows):
            if index in changes:
                row = self.planted(changes[index])
            elif index in second:
                row = self.repeat(self.waiting.pop(index))
            else:
                row = build()
                if index in first:
                    row.superseded = True
                    self.waiting[first[index]] = row
                elif wanted and len(row.ids) + self.seen < wanted * (index + 1) // rows + AHEAD:
                    self.more_ids(row, wanted * (index + 1) // rows + AHEAD)
                self.seen += len(row.ids)
                if row.person:
                    remember(row)
            if night:
                self.second_night(index, row)
            else:
                write(row)
        if night:
            night.write(self.output.folder)
        return self.output.close(options)

    def planted(self, changes):
        """A row with its planted defects, warning or limit."""
        rng = self.plan.rng
        kinds, want, rep = needs(changes)
        row = self.builder.build(rng.choice(kinds), want, rep)
        for change in changes:
            change.apply(self.builder, row, rng)
        self.output.settle(row)
        self.seen += len(row.ids)
        row.person = None
        return row

    def repeat(self, row):
        """A later row with the key of an earlier one, written otherwise and with other contents."""
        again = Row(row.kind)
        again.raw, again.val = list(row.raw), list(row.val)
        again.docno_key, again.day, again.case, again.amount_texts = row.docno_key, row.day, row.case, row.amount_texts
        again.text_ids, again.masked, again.idlike = row.text_ids, row.masked, row.idlike
        head, rest = row.docno_key.split("〔")[-2:] if row.docno_key.count("〔") == 1 else (None, None)
        if head:
            year, number = rest[:-1].split("〕")
            number = number.zfill(6)
            again.put("decision_no", "%s【%s】%s号" % (head, year, number), "%s〔%s〕%s号" % (head, year, number))
        text = (row.get("remark") or "") + "（更正后重新报送）"
        again.put("remark", text, text)
        return again

    def more_ids(self, row, target):
        """Names more people in the facts of a row, until enough IDs have occurred."""
        short = min(20, target - self.seen - len(row.ids))
        builder = self.builder
        text = "涉案人员：" + "，".join("%s（身份证号码%s）" % (builder.person(), builder.text_id(row, "violation_fact"))
                                   for _ in range(short)) + "。"
        text = row.get("violation_fact") + text
        row.put("violation_fact", text, text)

    def second_night(self, index, row):
        night, output, log = self.night, self.output, self.night.log
        for _ in range(night.added.get(index, 0)):
            new = self.extra.build()
            line = output.write(new)
            log["added"].append({"row": output.rows, "line": line, "key": new.key()})
        if index in night.removed:
            log["removed"].append({"first_row": index + 1, "key": row.key()})
            output.list_ids(row)  # people were seen the night before, and may come again below
            return
        if index in night.changed:
            key, fields = row.key(), night.change(self.builder, row)
            line = output.write(row)
            log["changed"].append({"row": output.rows, "line": line, "first_row": index + 1, "key": key, "fields": fields})
        elif index in night.broken_known or index in night.broken_key:
            name, key = ("broken_known" if index in night.broken_known else "broken_key"), row.key()
            night.break_row(self.builder, row, name == "broken_known")
            line = output.write(row)
            log[name].append({"row": output.rows, "line": line, "first_row": index + 1, "key": key, "violations": row.violations})
        else:
            output.write(row)


def main(argv=None):
    options = arguments(argv)
    summary = Generator(options).run()
    print("%s: %d rows, %d good, %d bad, %d superseded, %d resident IDs" % (
        os.path.join("night2" if options.night2 else "", summary["file"]), summary["rows"], summary["good"], summary["bad"],
        summary["superseded"], summary["ids"]), file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
