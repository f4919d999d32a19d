"""A second opinion for the tests: reads the cells of a row back, slowly and by other formulas than the generator's.

It shares nothing with the modules that write, not even the check-digit code, so that a slip there is seen here.
"""

import re
import unicodedata
from datetime import date, timedelta
from decimal import Decimal

USCC_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
REQUIRED = ("subject_name subject_type decision_no violation_type violation_fact legal_basis penalty_category penalty_content "
            "decision_date valid_until authority_name authority_uscc source_unit_name source_unit_uscc").split()
LENGTHS = {"subject_name": 200, "decision_no": 128, "violation_type": 2000, "violation_fact": 5000, "legal_basis": 2048,
           "penalty_content": 4000, "license_revoked": 200, "authority_name": 255, "source_unit_name": 255, "remark": 512,
           "legal_rep_name": 50, "legal_rep_id_type": 64, "legal_rep_id_no": 64, "id_type": 64, "id_no": 64}
CATEGORIES = ["没收违法所得、没收非法财物", "暂扣或者吊销许可证、暂扣或者吊销执照", "限制开展生产经营活动", "责令停产停业", "没收违法所得",
              "没收非法财物", "暂扣许可证件", "降低资质等级", "吊销许可证件", "通报批评", "责令关闭", "限制从业", "行政拘留", "警告",
              "罚款", "其他"]
NUMERALS = {c: i for s in ("〇一二三四五六七八九", "零壹贰叁肆伍陆柒捌玖") for i, c in enumerate(s)}
UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}


def fold(text):
    return unicodedata.normalize("NFKC", text).strip().upper()


def uscc_ok(code):
    """The weighted sum of all 18 characters, the last with weight 1, is a multiple of 31."""
    return sum(USCC_SIGNS.index(c) * pow(3, i, 31) for i, c in enumerate(code[:17])) % 31 == -USCC_SIGNS.index(code[17]) % 31


def org_ok(code):
    """Sum of all nine with weights 3,7,9,10,5,8,4,2,1 is a multiple of 11 (X counts 10 at the end)."""
    total = sum(int(c, 36) * w for c, w in zip(code[:8], (3, 7, 9, 10, 5, 8, 4, 2)))
    return (total + (10 if code[8] == "X" else int(code[8]))) % 11 == 0


def id_ok(code):
    """ISO 7064 MOD 11-2."""
    rest = 0
    for c in code[:17]:
        rest = (rest + int(c)) * 2 % 11
    return (rest + (10 if code[17] == "X" else int(code[17]))) % 11 == 1


def real_day(text):
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:8])).year >= 1900
    except ValueError:
        return False


def judge_id(code):
    """None, masked, or the rule that a resident ID breaks."""
    if re.fullmatch(r"\d{10}\*{4}\d{3}[\dX]", code):
        return "masked"
    if re.fullmatch(r"\d{15}", code):
        return None if real_day("19" + code[6:12]) else "birth_date"
    if not re.fullmatch(r"\d{17}[\dX]", code):
        return "bad_format"
    if not id_ok(code):
        return "check_digit"
    return None if real_day(code[6:14]) else "birth_date"


def ids_in_text(text):
    """Valid resident IDs of free text, folded, in order."""
    folded = unicodedata.normalize("NFKC", text).upper()
    found = []
    for match in re.finditer(r"(?<!\d)(?:\d{17}[\dX]|\d{15})(?!\d)", folded):
        code = match.group()
        if 11 <= int(code[:2]) <= 65 and judge_id(code) is None:
            found.append(code)
    return found


def numeral(text):
    """A whole Chinese numeral, or None."""
    total = section = 0
    digit = None
    for c in text:
        if c in NUMERALS:
            digit = NUMERALS[c]
        elif c in UNITS:
            section += (1 if digit is None else digit) * UNITS[c]
            digit = None
        elif c in "万":
            total += (section + (digit or 0)) * 10000
            section, digit = 0, None
        else:
            return None
    return total + section + (digit or 0)


def money(text):
    """(万元 as Decimal, rule)"""
    match = re.fullmatch(r"(\d+|\d{1,3}(?:,\d{3})+)(\.\d+)?(万元|元)?", text)
    if match:
        value = Decimal(match.group(1).replace(",", "") + (match.group(2) or ""))
        value = value / 10000 if match.group(3) == "元" else value
    else:
        match = re.fullmatch(r"([零一二三四五六七八九十]+)点([零一二三四五六七八九]+)万元", text)
        if match:
            value = Decimal("%d.%s" % (numeral(match.group(1)), "".join(str(NUMERALS[c]) for c in match.group(2))))
        else:
            match = re.fullmatch(r"([一二三四五六七八九壹贰叁肆伍陆柒捌玖十拾][^点元]*)元", text)
            number = numeral(match.group(1)) if match else None
            if number is None:
                return None, "not_a_number"
            value = Decimal(number) / 10000
    if value >= 10 ** 12 or -value.as_tuple().exponent > 6 and value % Decimal("0.000001"):
        return None, "out_of_range"
    return value, None


def day_of(text):
    """(date, rule); 2099-12-31 for what has no end."""
    if text == "长期" or re.fullmatch(r"9999([-/]12[-/]31)?", text):
        return date(2099, 12, 31), None
    text = re.sub(r"[ T]\d{1,2}:\d{2}(:\d{2})?(\.\d+)?$", "", text)
    match = re.fullmatch(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})", text) or re.fullmatch(r"(\d{4})(年)(\d{1,2})月(\d{1,2})日", text) or \
        re.fullmatch(r"(\d{4})()(\d{2})(\d{2})", text)
    if match:
        parts = [int(match.group(i)) for i in (1, 3, 4)]
    elif re.fullmatch(r"\d{5}", text):
        return date(1899, 12, 30) + timedelta(days=int(text)), None
    else:
        match = re.fullmatch(r"([〇一二三四五六七八九]{4})年([一二三四五六七八九十]+)月([一二三四五六七八九十]+)日", text)
        if not match:
            return None, "not_a_date"
        parts = [int("".join(str(NUMERALS[c]) for c in match.group(1))), numeral(match.group(2)), numeral(match.group(3))]
    try:
        day = date(*parts)
    except ValueError:
        return None, "not_a_date"
    return (day, None) if day.year >= 1949 else (None, "out_of_range")


def categories(text):
    """Splits a list of penalties, the longest known value first."""
    out, rest = [], text.strip()
    while rest:
        rest = rest.lstrip(";；,，、| 　")
        known = next((c for c in CATEGORIES if rest.startswith(c) and (c != "其他" or not rest.startswith("其他-"))), None)
        value = known or re.match(r"[^;；,，、|]*", rest).group()
        if value.strip():
            out.append(value.strip())
        rest = rest[len(value):]
    return out


class Verdict:
    """What the cells of one row say: values, violations, warnings."""

    def __init__(self, cells, today):
        self.values, self.violations, self.warnings, self.masked = {}, [], [], []
        self.today = today
        self.cells = {f: c.strip() for f, c in cells.items()}
        self.refused = set()
        self.text()
        self.codes()
        self.papers()
        self.money()
        self.dates()
        self.required()
        self.warn()
        self.violations.sort()

    def refuse(self, field, rule):
        self.violations.append([field, rule])
        self.refused.add(field)
        self.values[field] = None

    def text(self):
        for field in ("violation_type violation_fact legal_basis penalty_content license_revoked remark legal_rep_id_type "
                      "id_type subject_type").split():
            self.values[field] = self.cells[field] or None
        for field in "subject_name legal_rep_name authority_name source_unit_name".split():
            self.values[field] = self.cells[field].replace("(", "（").replace(")", "）") or None
        if self.values["subject_type"] not in (None, "法人及非法人组织", "自然人", "个体工商户"):
            self.refuse("subject_type", "not_in_code_list")
        self.values["penalty_category"] = categories(self.cells["penalty_category"]) or None
        number = re.sub(r"\s", "", self.cells["decision_no"])
        number = number.translate({i + 0xFEE0: i for i in range(0x30, 0x3A)})
        self.values["decision_no"] = re.sub(r"[〔\[【(（]", "〔", re.sub(r"[〕\]】)）]", "〕", number)) or None
        for field in ("registration_no", "tax_no", "public_institution_no", "social_org_no", "org_code"):
            self.values[field] = fold(self.cells[field]) or None

    def codes(self):
        for field in ("uscc", "authority_uscc", "source_unit_uscc"):
            code = fold(self.cells[field])
            self.values[field] = code or None
            if not code or code == "0" * 17 + "X":
                continue
            if len(code) != 18 or any(c not in USCC_SIGNS for c in code):
                self.refuse(field, "bad_format")
            elif not uscc_ok(code):
                self.refuse(field, "check_digit")
        code = self.values["org_code"]
        if code and not org_ok(code):
            self.refuse("org_code", "check_digit")

    def papers(self):
        for kind, field in (("legal_rep_id_type", "legal_rep_id_no"), ("id_type", "id_no")):
            code = fold(self.cells[field])
            self.values[field] = code or None
            if code and self.values[kind] == "身份证":
                rule = judge_id(code)
                if rule == "masked":
                    self.masked.append(field)
                elif rule:
                    self.refuse(field, rule)

    def money(self):
        for field in ("fine_wanyuan", "confiscated_wanyuan"):
            text = self.cells[field]
            self.values[field] = None
            if text:
                value, rule = money(text)
                if rule:
                    self.refuse(field, rule)
                else:
                    self.values[field] = "%.6f" % value

    def dates(self):
        days = {}
        for field in ("decision_date", "valid_until", "publicity_until"):
            self.values[field] = None
            if not self.cells[field]:
                continue
            day, rule = day_of(self.cells[field])
            if field == "decision_date" and day and day > self.today:
                rule = "in_the_future"
            if rule:
                self.refuse(field, rule)
            else:
                days[field] = day
                self.values[field] = day.isoformat()
        for field in ("valid_until", "publicity_until"):
            if field in days and "decision_date" in days and days[field] < days["decision_date"]:
                self.refuse(field, "before_decision")

    def required(self):
        for field, limit in LENGTHS.items():
            if self.values[field] and len(self.values[field]) > limit:
                self.refuse(field, "too_long")
        needed = list(REQUIRED)
        kind, cats = self.values["subject_type"], self.values["penalty_category"] or []
        if kind in ("法人及非法人组织", "个体工商户"):
            needed.append("uscc")
        if kind == "自然人":
            needed += ["id_no", "id_type"]
        if "罚款" in cats:
            needed.append("fine_wanyuan")
        if any("没收" in c for c in cats):
            needed.append("confiscated_wanyuan")
        for field in needed:
            if self.values[field] is None and field not in self.refused:
                self.violations.append([field, "required"])

    def warn(self):
        if self.violations:
            return
        v, add = self.values, self.warnings.append
        for cat in v["penalty_category"]:
            if cat not in CATEGORIES and not cat.startswith("其他-"):
                add("unknown_category")
        if v["fine_wanyuan"] and "罚款" not in v["penalty_category"]:
            add("fine_without_category")
        match = re.search(r"罚款(?:人民币)?([\d,]+(?:\.\d+)?)(万元|元)", v["penalty_content"])
        if match and v["fine_wanyuan"]:
            said = Decimal(match.group(1).replace(",", "")) / (1 if match.group(2) == "万元" else 10000)
            if said != Decimal(v["fine_wanyuan"]):
                add("fine_text_mismatch")
        match = re.fullmatch(r"[^\d]+〔(\d{4})〕\d+号", v["decision_no"])
        if not match:
            add("docno_form")
        elif match.group(1) != v["decision_date"][:4]:
            add("docno_year")
        code = v["uscc"]
        if code and code != "0" * 17 + "X":
            if not org_ok(code[8:17]):
                add("org_code_inner")
            if (code[:2] == "92") != (v["subject_type"] == "个体工商户"):
                add("uscc_type")
        self.warnings = sorted(set(self.warnings))
