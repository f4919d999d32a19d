"""python3 -m unittest e2e/generator/test_penalties.py"""

import csv
import gzip
import io
import json
import os
import sys
import tempfile
import unicodedata
import unittest
from collections import Counter
from contextlib import redirect_stderr
from datetime import date

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import identifiers
import penalties
import slowcheck
import spelling
from vocabulary import CODES, FIELDS, TITLES

csv.field_size_limit(1 << 24)
TODAY = date(2026, 1, 1)  # later than every good decision, earlier than every future one

USCCS = ("11360800014567892P 12360800491234564D 51360800501234569L 91360800MA35ABCD47 91360802MA36T00X6M 913608210123XYN936 "
         "92360881MA37QQ1169 93360826MA38KK222K N2360827MF0A1B2C0K 53360800MJ1234561G").split()
PERSONS = "360802199001011238 360821198506150043 360881197812302510 36080320000229119X 362421196505050017".split()


def generate(folder, *arguments):
    with redirect_stderr(io.StringIO()):
        penalties.main(["--out", folder, *arguments])


def load(folder, codec="utf-8", name="penalties.csv", delimiter=","):
    """Header, data rows and truth of a night."""
    opener = gzip.open if name.endswith(".gz") else open
    with opener(os.path.join(folder, name), "rb") as file:
        text = file.read().decode(codec)
    with open(os.path.join(folder, "truth.jsonl"), encoding="utf-8") as file:
        truth = [json.loads(line) for line in file]
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    return rows[0], rows[1:], truth, text


def words(folder, name):
    with open(os.path.join(folder, name), encoding="utf-8") as file:
        return file.read().split("\n")[:-1]


class Vectors(unittest.TestCase):
    def test_published_vectors_hold_in_both_implementations(self):
        for code in USCCS:
            self.assertEqual(identifiers.uscc_check(code[:17]), code[17], code)
            self.assertTrue(slowcheck.uscc_ok(code), code)
            self.assertEqual(identifiers.org_check(code[8:16]), code[16], code)
            self.assertTrue(slowcheck.org_ok(code[8:17]), code)
        for code in ("680926658", "693725177", "619848910"):
            self.assertTrue(slowcheck.org_ok(code), code)
        for code in PERSONS:
            self.assertEqual(identifiers.id_check(code[:17]), code[17], code)
            self.assertIsNone(slowcheck.judge_id(code), code)

    def test_wrong_vectors_are_refused(self):
        self.assertFalse(slowcheck.uscc_ok("91330203674737247C"))
        for code in USCCS:
            for sign in identifiers.USCC_ALPHABET.replace(code[17], ""):
                self.assertFalse(slowcheck.uscc_ok(code[:17] + sign), code)
        self.assertEqual(slowcheck.judge_id("360803190002291193"), "birth_date")
        self.assertEqual(slowcheck.judge_id("360802199001011239"), "check_digit")

    def test_made_codes_are_valid_and_distinct(self):
        orgs, ids = identifiers.Organisations(), identifiers.ResidentIds()
        codes = [orgs.uscc("91", "360802", n) for n in range(20000)]
        self.assertEqual(len(set(codes)), len(codes))
        self.assertTrue(all(slowcheck.uscc_ok(c) and slowcheck.org_ok(c[8:17]) for c in codes))
        wrong = [orgs.uscc_wrong_inside("91", "360802", n) for n in range(2000)]
        self.assertTrue(all(slowcheck.uscc_ok(c) and not slowcheck.org_ok(c[8:17]) for c in wrong))
        people = [ids.take() for _ in range(50000)]
        later = identifiers.ResidentIds(identifiers.ResidentIds.CAPACITY)
        people += [later.take() for _ in range(50000)]
        self.assertEqual(len(set(people)), len(people))
        self.assertTrue(all(slowcheck.judge_id(c) is None for c in people))
        for code in (ids.take_no_such_day() for _ in range(500)):
            self.assertEqual(slowcheck.judge_id(code), "birth_date", code)

    def test_numerals_read_back(self):
        for n in list(range(1, 20000)) + [100500, 1020304, 12345000, 23456789, 10010010, 100000, 10000000]:
            for formal in (False, True):
                self.assertEqual(slowcheck.numeral(spelling.chinese_number(n, formal)), n)
        self.assertEqual(spelling.chinese_date(date(2024, 1, 3)), "二〇二四年一月三日")
        self.assertEqual(spelling.chinese_date(date(2021, 12, 31)), "二〇二一年十二月三十一日")


class OneNight(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temp = tempfile.TemporaryDirectory()
        cls.folder = cls.temp.name
        generate(cls.folder, "--rows", "20000", "--seed", "7", "--encoding", "gb18030", "--ids", "20000", "--header", "field")
        cls.header, cls.rows, cls.truth, cls.text = load(cls.folder, "gb18030")
        with open(os.path.join(cls.folder, "summary.json"), encoding="utf-8") as file:
            cls.summary = json.load(file)

    @classmethod
    def tearDownClass(cls):
        cls.temp.cleanup()

    def test_every_row_is_what_the_truth_says(self):
        self.assertEqual(self.header, FIELDS)
        self.assertEqual(len(self.rows), len(self.truth))
        for cells, truth in zip(self.rows, self.truth):
            rules = {rule for _, rule in truth.get("violations", [])}
            if "ragged_row" in rules:
                self.assertNotEqual(len(cells), 30)
                continue
            self.assertEqual(len(cells), 30, truth)
            if "nul_byte" in rules:
                self.assertTrue(any("\0" in c for c in cells))
                continue
            self.assertFalse(any("\0" in c for c in cells))
            size = max(len(c.encode("gb18030")) for c in cells)
            if "cell_too_large" in rules:
                self.assertGreater(size, 1 << 20)
                continue
            self.assertLess(size, 100_000)
            verdict = slowcheck.Verdict(dict(zip(FIELDS, cells)), TODAY)
            self.assertEqual(verdict.violations, truth.get("violations", []), cells)
            if truth["ok"]:
                self.assertEqual(verdict.values, truth["values"])
                self.assertEqual(verdict.warnings, truth["warnings"], cells)
                self.assertEqual(verdict.masked, truth.get("masked", []))

    def test_keys_of_good_rows(self):
        last = {}
        for truth in self.truth:
            if truth["ok"]:
                key = tuple(truth["key"])
                self.assertNotIn(None, key)
                last.setdefault(key, []).append(bool(truth.get("superseded")))
        twice = [marks for marks in last.values() if len(marks) > 1]
        self.assertEqual(len(twice), 30)
        self.assertTrue(all(marks == [True, False] for marks in twice))
        self.assertFalse(any(marks == [True] for marks in last.values()))
        self.assertEqual(len(last), self.summary["records"])

    def test_enough_of_everything(self):
        for rule in ("required not_a_date out_of_range in_the_future before_decision not_a_number not_in_code_list check_digit "
                     "bad_format birth_date too_long ragged_row nul_byte").split():
            self.assertGreaterEqual(self.summary["rule_rows"][rule], 40, rule)
        for pair, count in self.summary["pairs"].items():
            if pair.endswith("required"):
                self.assertGreaterEqual(count, 40, pair)
        self.assertEqual(self.summary["rule_rows"]["cell_too_large"], 2)
        self.assertGreaterEqual(self.summary["rows_with_several_violations"], 200)
        self.assertEqual(len(self.summary["warnings"]), 7)
        self.assertTrue(all(n >= 100 for n in self.summary["warnings"].values()))
        bad = [t for t in self.truth if not t["ok"]]
        self.assertEqual(len(bad), self.summary["bad"])
        self.assertEqual(self.summary["good"] + self.summary["bad"], 20000)
        counted = Counter(rule for t in bad for _, rule in t["violations"])
        self.assertEqual(counted, self.summary["violations"])

    def test_required_fields_are_all_covered(self):
        fields = {pair.split()[0] for pair in self.summary["pairs"] if pair.endswith(" required")}
        self.assertEqual(fields, set(slowcheck.REQUIRED) | {"uscc", "id_no", "id_type", "fine_wanyuan", "confiscated_wanyuan"})

    def test_line_numbers_are_physical(self):
        lines = self.text.split("\n")
        for cells, truth in zip(self.rows, self.truth):
            first = cells[0].split("\n")[0]
            self.assertTrue(lines[truth["line"] - 1].startswith((first, '"' + first)), truth["line"])

    def test_ids_can_be_found_and_are_distinct(self):
        ids = words(self.folder, "ids.txt")
        self.assertGreaterEqual(len(ids), 20000)
        self.assertEqual(len(set(ids)), len(ids))
        folded = unicodedata.normalize("NFKC", self.text).upper()
        runs = "".join(c if c in "0123456789X*O" else " " for c in folded).split()
        found = set(runs)
        for code in ids:
            if code not in found:  # glued to something, or one of the mistyped ones
                self.assertIn(code, folded)
        for form in words(self.folder, "idforms.txt"):
            self.assertTrue(form in self.text or form[6:8] == "19", form)

    def test_free_text_holds_just_the_ids_that_the_truth_names(self):
        listed = set(words(self.folder, "ids.txt"))
        columns = [f for f in FIELDS if f not in ("id_no", "legal_rep_id_no")]
        texts = 0
        for truth in self.truth:
            if not truth["ok"]:
                continue
            expected = truth.get("text_ids", {})
            for field in columns:
                value = truth["values"][field]
                if isinstance(value, str):
                    found = slowcheck.ids_in_text(value)
                    self.assertEqual(found, expected.get(field, []), value)
                    self.assertTrue(set(found) <= listed)
            texts += bool(expected)
        self.assertEqual(texts, self.summary["good_rows_with_id_in_text"])
        self.assertGreater(texts, 100)

    def test_numbers_like_ids_are_none_and_stand_in_good_rows(self):
        numbers = words(self.folder, "idlike.txt")
        self.assertGreater(len(numbers), 100)
        readable = "\n".join(v for t in self.truth if t["ok"] and not t.get("superseded")
                             for v in (t["values"]["violation_fact"], t["values"]["penalty_content"], t["values"]["remark"]) if v)
        listed = set(words(self.folder, "ids.txt"))
        for number in numbers:
            self.assertIn(number, readable)
            self.assertNotIn(number, listed)
            for size in (15, 18):
                for i in range(len(number) - size + 1):
                    if len(number) in (15, 18) and size != len(number):
                        continue
                    self.assertEqual(slowcheck.ids_in_text(number[i:i + size]), [], number)

    def test_ids_in_id_columns_are_listed(self):
        listed = set(words(self.folder, "ids.txt")) | set(words(self.folder, "otherids.txt"))
        for truth in self.truth:
            if truth["ok"]:
                for field in ("id_no", "legal_rep_id_no"):
                    code = truth["values"][field]
                    if code and field not in truth.get("masked", []):
                        self.assertIn(code, listed)


class Shapes(unittest.TestCase):
    def setUp(self):
        temp = tempfile.TemporaryDirectory()
        self.addCleanup(temp.cleanup)
        self.folder = temp.name

    def small(self, name, *arguments):
        folder = os.path.join(self.folder, name)
        generate(folder, "--rows", "1500", "--seed", "3", "--no-huge", *arguments)
        return folder

    def test_same_seed_same_bytes(self):
        folders = [self.small("a"), self.small("b")]
        for name in sorted(os.listdir(folders[0])):
            contents = []
            for folder in folders:
                with open(os.path.join(folder, name), "rb") as file:
                    contents.append(file.read())
            self.assertEqual(*contents, name)

    def test_encodings_carry_the_same_rows(self):
        plain = load(self.small("utf-8"))
        for encoding, codec in (("utf-8-sig", "utf-8-sig"), ("gb18030", "gb18030"), ("utf-16-le", "utf-16"),
                                ("utf-16-be", "utf-16")):
            self.assertEqual(load(self.small(encoding, "--encoding", encoding), codec)[1:], plain[1:], encoding)
        self.assertEqual(len(load(self.small("gbk", "--encoding", "gbk"), "gbk")[1]), 1500)
        packed = load(self.small("gz", "--gzip", "--encoding", "gb18030"), "gb18030", "penalties.csv.gz")
        self.assertEqual(packed[1:], plain[1:])
        tabs = load(self.small("tab", "--delimiter", "tab", "--eol", "lf"), name="penalties.tsv", delimiter="\t")
        self.assertEqual(tabs[1], plain[1])
        self.assertEqual(tabs[2], plain[2])

    def test_headers(self):
        self.assertEqual(load(self.small("code", "--header", "code"))[0], CODES)
        title = load(self.small("title"))[0]
        self.assertTrue(all(t in spellings for t, spellings in zip(title, TITLES)))
        plain = load(self.small("field", "--header", "field"))
        legacy = load(self.small("legacy", "--header", "legacy-titles"))
        self.assertEqual(legacy[0][3:5], ["行政相对人代码_2(组织机构代码)", "行政相对人代码_3(工商登记码)"])
        swapped = [r[:3] + [r[4], r[3]] + r[5:] for r in plain[1] if len(r) == 30]
        self.assertEqual([r for r in legacy[1] if len(r) == 30], swapped)
        mixed = load(self.small("mixed", "--header", "field", "--shuffle-columns"))
        self.assertEqual(sorted(mixed[0]), sorted(FIELDS))
        good = next(i for i, t in enumerate(mixed[2]) if t["ok"])
        self.assertEqual(dict(zip(mixed[0], mixed[1][good])), dict(zip(FIELDS, plain[1][good])))

    def test_preamble_moves_the_lines(self):
        plain, below = load(self.small("p0")), load(self.small("p2", "--preamble", "2"))
        self.assertEqual(plain[1], below[1][2:])
        self.assertEqual([t["line"] + 2 for t in plain[2]], [t["line"] for t in below[2]])

    def test_without_defects_every_row_is_good(self):
        _, _, truth, _ = load(self.small("good", "--defects", "0", "--warnings", "0", "--duplicates", "0"))
        self.assertTrue(all(t["ok"] and not t["warnings"] and "superseded" not in t for t in truth))

    def test_keyed_defects_leave_every_key_computable(self):
        _, _, truth, _ = load(self.small("keyed", "--keyed-defects"))
        bad = [t for t in truth if not t["ok"]]
        self.assertGreater(len(bad), 50)
        for entry in bad:
            self.assertIs(entry["key_ok"], True)
            self.assertNotIn(None, entry["key"])

    def test_police_numbers_with_brackets(self):
        _, rows, truth, _ = load(self.small("police", "--docno-parens", "--header", "field"))
        police = [(r, t) for r, t in zip(rows, truth) if t["ok"] and "公〔治〕行罚" in t["values"]["decision_no"]]
        self.assertGreater(len(police), 5)
        self.assertTrue(all("公(治)" in r[13] for r, _ in police if len(r) == 30))

    def test_decisions_of_tomorrow(self):
        _, rows, truth, _ = load(self.small("today", "--today", "2026-03-01", "--header", "field", "--rows", "5000",
                                          "--per-defect", "12"))
        dates = [slowcheck.day_of(r[22].strip())[0] for r, t in zip(rows, truth)
                 if ["decision_date", "in_the_future"] in t.get("violations", [])]
        self.assertTrue(any(d <= date(2026, 3, 31) for d in dates))
        self.assertTrue(all(d > date(2026, 3, 1) for d in dates))

    def test_second_night_differs_by_just_what_it_says(self):
        common = ("--defects", "0", "--encoding", "gb18030")
        folder = self.small("two", *common)
        first = {tuple(t["key"]): t for t in load(folder, "gb18030")[2] if not t.get("superseded")}
        self.small("two", *common, "--night2", "--break-known", "2", "--break-key", "1")
        night = os.path.join(folder, "night2")
        truth = load(night, "gb18030")[2]
        second = {tuple(t["key"]): t for t in truth if t["ok"] and not t.get("superseded")}
        with open(os.path.join(night, "changes.json"), encoding="utf-8") as file:
            log = json.load(file)
        keys = {name: {tuple(entry["key"]) for entry in log[name]} for name in log}
        self.assertEqual({k: len(v) for k, v in keys.items()},
                         {"changed": 10, "removed": 5, "added": 7, "broken_known": 2, "broken_key": 1})
        self.assertEqual(set(second) - set(first), keys["added"])
        self.assertEqual(set(first) - set(second), keys["removed"] | keys["broken_known"] | keys["broken_key"])
        both = set(first) & set(second)
        self.assertEqual({k for k in both if first[k]["values"] != second[k]["values"]}, keys["changed"])
        for entry in log["changed"]:
            a, b = first[tuple(entry["key"])]["values"], second[tuple(entry["key"])]["values"]
            self.assertEqual(sorted(f for f in FIELDS if a[f] != b[f]), sorted(entry["fields"]))
        bad = [t for t in truth if not t["ok"]]
        self.assertEqual(sorted(t["violations"][0] for t in bad),
                         [["authority_uscc", "check_digit"], ["valid_until", "not_a_date"], ["valid_until", "not_a_date"]])
        self.assertEqual([t["key_ok"] for t in bad if t["violations"][0][0] == "valid_until"], [True, True])
        self.assertEqual([t["key_ok"] for t in bad if t["violations"][0][0] == "authority_uscc"], [False])


if __name__ == "__main__":
    unittest.main()
