"""Where rows go: the CSV or TSV file in its encoding, the truth beside it, the lists of IDs, the counts."""

import codecs
import gzip
import json
import os
from collections import Counter

from rows import AT, forms_of
from vocabulary import CODES, FIELDS, IND, LEGACY_TITLES, NAT, ORG, TITLES

ENCODINGS = {"utf-8": ("utf-8", b""), "utf-8-sig": ("utf-8", codecs.BOM_UTF8), "gb18030": ("gb18030", b""),
             "gbk": ("gbk", b""), "utf-16-le": ("utf-16-le", codecs.BOM_UTF16_LE),
             "utf-16-be": ("utf-16-be", codecs.BOM_UTF16_BE)}
CHUNK = 2000  # rows between two writes


def header(style, rng):
    """(columns in file order as indexes of FIELDS, their titles)."""
    order = list(range(30))
    if style == "code":
        return order, list(CODES)
    if style == "field":
        return order, list(FIELDS)
    if style == "legacy-titles":
        a, b = AT["registration_no"], AT["org_code"]
        order[a], order[b] = b, a
        return order, [LEGACY_TITLES.get(FIELDS[i], TITLES[i][0]) for i in order]
    return order, [rng.choice(spellings) for spellings in TITLES]


class Table:
    """The file that is to be read: rows as physical lines, counted."""

    def __init__(self, path, encoding, delimiter, eol, gz):
        self.codec, bom = ENCODINGS[encoding]
        self.delimiter, self.eol = delimiter, eol
        self._raw = open(path, "wb")
        self._out = gzip.GzipFile(filename="", mode="wb", fileobj=self._raw, mtime=0, compresslevel=5) if gz else self._raw
        self._out.write(bom)
        self._pending = []
        self.line = 1  # of the next row, counted from 1
        self.bytes = len(bom)

    def write(self, cells):
        """Writes one row and returns the physical line on which it starts."""
        delimiter = self.delimiter
        text = delimiter.join(cells)
        start = self.line
        if '"' in text or "\n" in text or text.count(delimiter) != len(cells) - 1:
            text = delimiter.join(['"' + c.replace('"', '""') + '"' if '"' in c or "\n" in c or delimiter in c else c
                                   for c in cells])
            self.line += text.count("\n")
        self.line += 1
        self._pending.append(text)
        if len(self._pending) >= CHUNK:
            self._flush()
        return start

    def _flush(self):
        if self._pending:
            self._pending.append("")
            data = self.eol.join(self._pending).encode(self.codec)
            self.bytes += len(data)
            self._out.write(data)
            self._pending = []

    def close(self):
        self._flush()
        self._out.close()
        self._raw.close()


class Lines:
    """A UTF-8 text file, one entry a line."""

    def __init__(self, path):
        self._out = open(path, "w", encoding="utf-8", newline="\n", buffering=1 << 20)
        self.count = 0

    def write(self, text):
        self._out.write(text + "\n")
        self.count += 1

    def close(self):
        self._out.close()


def subject_key(row, refused):
    """The subject's part of a defective row's key, or None."""
    if row.kind == NAT:
        return None if "subject_name" in refused else row.get("subject_name")
    by_name = row.subject() == row.get("subject_name")
    return None if "uscc" in refused or by_name and "subject_name" in refused else row.subject()


class Output:
    """Everything that one night writes into its folder."""

    def __init__(self, folder, options, order, titles):
        os.makedirs(folder, exist_ok=True)
        self.folder = folder
        tab = options.delimiter == "\t"
        self.name = "penalties" + (".tsv" if tab else ".csv") + (".gz" if options.gzip else "")
        eol = "\r\n" if options.eol == "crlf" else "\n"
        self.table = Table(os.path.join(folder, self.name), options.encoding, options.delimiter, eol, options.gzip)
        self.order = None if order == list(range(30)) else order
        for n in range(options.preamble):
            text = ("行政处罚信息归集表", "填报单位：吉安市拟例局", "填报日期：2025年7月1日")[n % 3]
            self.table.write([text] + [""] * 29)
        self.table.write(titles)
        self.truth = None if options.no_truth else Lines(os.path.join(folder, "truth.jsonl"))
        self.ids, self.forms, self.others, self.idlike = (
            Lines(os.path.join(folder, n + ".txt")) for n in ("ids", "idforms", "otherids", "idlike"))
        self.encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
        self.rows = self.good = self.superseded = self.masked = self.text_ids = 0
        self.kinds = {ORG: 0, IND: 0, NAT: 0}
        self.violations, self.rule_rows, self.pairs = Counter(), Counter(), Counter()
        self.warnings, self.keys = Counter(), Counter()
        self.several = 0

    def settle(self, row):
        """After a defect has changed a row: forgets IDs and numbers that are no longer in it."""
        text = "\0".join(row.raw)
        row.ids = [(code, written) for code, written in row.ids if (written or code) in text]
        row.other_ids = [n for n in row.other_ids if n in text]
        row.idlike = [n for n in row.idlike if n in text]

    def list_ids(self, row):
        """Writes the row's IDs to the lists; a person who is punished again is listed once."""
        for code, written in row.ids:
            self.ids.write(code)
            for form in forms_of(code, written):
                self.forms.write(form)
        for number in row.other_ids:
            self.others.write(number)

    def write(self, row):
        """Writes a row and what is expected of it; returns its line."""
        raw = row.raw
        cells = [raw[i] for i in self.order] if self.order else raw
        if row.ragged:
            cells = self._tear(row, list(cells))
        line = self.table.write(cells)
        self.rows += 1
        self.kinds[row.kind] += 1
        if row.ids or row.other_ids:
            self.list_ids(row)
        if row.violations is not None:
            self._bad(row, line)
            return line
        self.good += 1
        if row.superseded:
            self.superseded += 1
        else:
            for number in row.idlike:
                self.idlike.write(number)
            if row.warnings:
                self.warnings.update(row.warnings)
        if row.masked:
            self.masked += 1
        if row.text_ids:
            self.text_ids += 1
        if self.truth:
            entry = {"row": self.rows, "line": line, "ok": True, "key": row.key(), "values": dict(zip(FIELDS, row.val)),
                     "warnings": row.warnings or []}
            if row.superseded:
                entry["superseded"] = True
            if row.masked:
                entry["masked"] = row.masked
            if row.text_ids:
                entry["text_ids"] = row.text_ids
            self.truth.write(self.encode(entry))
        return line

    def _tear(self, row, cells):
        """A ragged row: cells missing at the end, one too many, or a comma that nobody quoted."""
        mode, count, extra = row.ragged
        if mode == "few":
            cells = cells[:-count]
        elif mode == "many":
            cells.append(extra)
        else:
            cells[14:15] = [cells[14], "百货"]
        if mode == "few":
            text = "\0".join(cells)
            row.ids = [(code, written) for code, written in row.ids if (written or code) in text]
        return cells

    def _bad(self, row, line):
        violations = sorted(row.violations)
        effects = {d.key for d in row.planted}
        key_ok = False if "breaks" in effects else None if "maybe" in effects else True
        self.keys[{True: "computable", False: "not computable", None: "open"}[key_ok]] += 1
        for field, rule in violations:
            self.violations[rule] += 1
            self.pairs[(field or "(row)") + " " + rule] += 1
        self.rule_rows.update({rule for _, rule in violations})
        if len(violations) > 1:
            self.several += 1
        if not self.truth:
            return
        entry = {"row": self.rows, "line": line, "ok": False}
        if row.row_rule:
            entry["key"] = None
        else:
            refused = {field for field, _ in violations}
            entry["key"] = [None if "decision_no" in refused else row.docno_key,
                            None if "authority_uscc" in refused else row.get("authority_uscc"), subject_key(row, refused),
                            None if "decision_date" in refused else row.get("decision_date")]
        entry["key_ok"] = key_ok
        entry["violations"] = violations
        notes = [d.note for d in row.planted if d.note]
        if notes:
            entry["note"] = notes
        self.truth.write(self.encode(entry))

    def close(self, options):
        """Ends all files and writes summary.json; returns the summary."""
        self.table.close()
        for lines in (self.truth, self.ids, self.forms, self.others, self.idlike):
            if lines:
                lines.close()
        summary = {
            "file": self.name, "encoding": options.encoding, "delimiter": options.delimiter, "bytes": self.table.bytes,
            "seed": options.seed, "night": 2 if options.night2 else 1, "rows": self.rows, "good": self.good,
            "bad": self.rows - self.good, "superseded": self.superseded, "records": self.good - self.superseded,
            "subjects": self.kinds, "rows_with_several_violations": self.several,
            "violations": dict(sorted(self.violations.items())), "rule_rows": dict(sorted(self.rule_rows.items())),
            "pairs": dict(sorted(self.pairs.items())), "warnings": dict(sorted(self.warnings.items())),
            "bad_rows_by_key": dict(sorted(self.keys.items())), "ids": self.ids.count, "idforms": self.forms.count,
            "otherids": self.others.count, "idlike": self.idlike.count, "good_rows_with_masked_id": self.masked,
            "good_rows_with_id_in_text": self.text_ids}
        with open(os.path.join(self.folder, "summary.json"), "w", encoding="utf-8") as out:
            json.dump(summary, out, ensure_ascii=False, indent=1)
            out.write("\n")
        return summary
