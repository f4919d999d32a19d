"""Planted defects, one violation each, and planted warnings. Every function here changes a good row in place.

A defect says which kind of subject it needs, what else the row must have, which group of fields it touches (two
defects of one row come from different groups, so that none hides or causes the other) and what it does to the
natural key: keeps it, breaks it, or leaves it open ("maybe": the part is there, but was refused or replaced).
"""

from datetime import date, timedelta

import vocabulary as words
from identifiers import ID_CHECK, USCC_ALPHABET, uscc_check
from rows import AT
from spelling import full_width
from vocabulary import IND, NAT, ORG, filler

ANY, BODIES = (ORG, IND, NAT), (ORG, IND)
KEEPS, BREAKS, MAYBE = "keeps", "breaks", "maybe"
EMPTY = ("", "", " ", "　")


class Defect:
    """One way a row can be wrong."""

    __slots__ = ("field", "rule", "kinds", "want", "rep", "group", "key", "act", "row_rule", "note")

    def __init__(self, field, rule, act, kinds=ANY, want="any", rep=False, group=None, key=KEEPS, row_rule=False, note=""):
        self.field, self.rule, self.act, self.kinds, self.want, self.rep = field, rule, act, kinds, want, rep
        self.group, self.key, self.row_rule, self.note = group or field, key, row_rule, note

    def apply(self, builder, row, rng):
        self.act(builder, row, rng)
        if row.violations is None:
            row.violations, row.planted = [], []
        row.violations.append([self.field, self.rule])
        row.planted.append(self)
        if self.row_rule:
            row.row_rule = self.rule


def _put(field, values):
    at = AT[field]

    def act(builder, row, rng):
        row.raw[at] = rng.choice(values)
    return act


def _long(field, limit):
    at = AT[field]

    def act(builder, row, rng):
        row.raw[at] = filler(limit + rng.choice((1, 2, 30)))
    return act


def _as_bad_code(builder, text, rng):
    return text if rng.random() < 0.8 else text.lower() if rng.random() < 0.5 else full_width(text)


def _bad_check_uscc(field):
    at = AT[field]

    def act(builder, row, rng):
        code = row.val[at]
        if rng.random() < 0.5:
            for i in range(9, 16):  # two neighbours changed round
                if code[i] != code[i + 1]:
                    code = code[:i] + code[i + 1] + code[i] + code[i + 2:]
                    break
        if code == row.val[at]:
            code = code[:17] + rng.choice([c for c in USCC_ALPHABET if c != code[17]])
        row.raw[at] = _as_bad_code(builder, code, rng)
    return act


def _bad_form_uscc(field):
    at = AT[field]

    def act(builder, row, rng):
        code = row.val[at]
        r = rng.random()
        if r < 0.3:
            row.raw[at] = code[:17]
        elif r < 0.4:
            row.raw[at] = code[:9]
        else:
            i = rng.randrange(8, 18)
            row.raw[at] = code[:i] + rng.choice("IOSVZ") + code[i + 1:]
    return act


def _resident_id_as_uscc(builder, row, rng):
    """The owner's resident ID in the column of the code: a check-digit error, and a leak if it is shown."""
    while True:
        code = builder.ids.take()
        if uscc_check(code[:17]) != code[17]:
            break
    row.ids.append((code, None))
    row.raw[AT["uscc"]] = code


def _set_id(row, field, code, written=None):
    """Replaces the ID of an ID column; the one that stood there is no longer in the file."""
    kind = AT[field] - 1
    row.raw[kind] = row.val[kind] = "身份证"
    row.raw[AT[field]] = written or code
    row.ids.append((code, written))
    row.masked = None
    row.person = None


def _bad_check_id(field):
    def act(builder, row, rng):
        code = builder.ids.take()
        if rng.random() < 0.5:
            code = code[:17] + rng.choice([c for c in ID_CHECK if c != code[17]])
        else:  # a slip of the pen in the sequence number: one sign, so the check character never fits
            code = code[:14] + str((int(code[14]) + 1 + rng.randrange(8)) % 10) + code[15:]
        r = rng.random()
        _set_id(row, field, code, None if r < 0.8 else full_width(code))
    return act


def _bad_form_id(field):
    def act(builder, row, rng):
        code = builder.ids.take()
        r = rng.random()
        if r < 0.35:
            code = code[:10] + code[11:]
        elif r < 0.5:
            code = code + "0"
        elif r < 0.8:
            code = code[:15] + "O" + code[16:]
        else:
            code = code[:16] + "X" + code[17:]
        _set_id(row, field, code)
    return act


def _no_such_birthday(field):
    def act(builder, row, rng):
        code = builder.ids.take_no_such_day()
        if rng.random() < 0.15 and code[6:8] == "19":
            code = code[:6] + code[8:17]
        _set_id(row, field, code)
    return act


def _bad_org_code(builder, row, rng):
    code = row.get("uscc")[8:17]
    row.raw[AT["org_code"]] = code[:8] + rng.choice([c for c in "0123456789X" if c != code[8]])


def _no_id(builder, row, rng):
    row.raw[AT["id_type"]] = "身份证"
    row.raw[AT["id_no"]] = rng.choice(EMPTY)
    row.person = None


def _no_id_type(builder, row, rng):
    _set_id(row, "id_no", builder.ids.take())
    row.raw[AT["id_type"]] = rng.choice(EMPTY)


def _long_paper(kind_field, which):
    """Type or number of another paper, longer than 64 characters."""
    def act(builder, row, rng):
        at = AT[kind_field]
        row.raw[at] = "其他-" + filler(70) if which == 0 else "其他-军官证"
        row.raw[at + 1] = "军字第0012345号" if which == 0 else "军字第" + filler(70) + "号"
        row.masked = row.person = None
    return act


def _not_a_date(field):
    at = AT[field]

    def act(builder, row, rng):
        row.raw[at] = rng.choice(("0000-00-00", "二零二四年", "2024-02-30", "2024-13-01", "2023年2月29日", "待定", "2024/1",
                                  "2024年", "2024-00-10", "不详", "20241332", "2021/4/31", "0000/00/00", "二〇二四年十三月一日",
                                  "2024-01-03至2025-01-03"))
    return act


def _before_decision(field):
    def act(builder, row, rng):
        day = builder.days.days[row.day] - timedelta(days=rng.choice((1, 1, 30, 365, 2000)))
        row.raw[AT[field]] = rng.choice((day.isoformat(), "%d/%d/%d" % (day.year, day.month, day.day),
                                         "%d年%d月%d日" % (day.year, day.month, day.day)))
    return act


def _long_ago(builder, row, rng):
    day = date(1948, 12, 31) - timedelta(days=rng.choice((0, 1, rng.randrange(17000))))
    row.raw[AT["decision_date"]] = rng.choice((day.isoformat(), "%d/%d/%d" % (day.year, day.month, day.day),
                                               "%d年%d月%d日" % (day.year, day.month, day.day)))


def _future(today):
    def act(builder, row, rng):
        if today and rng.random() < 0.5:
            day = today + timedelta(days=rng.randrange(1, 31))
        else:
            day = date(2045, 1, 1) + timedelta(days=rng.randrange(15000))
        row.raw[AT["decision_date"]] = rng.choice((day.isoformat(), "%d/%d/%d" % (day.year, day.month, day.day)))
        row.raw[AT["valid_until"]] = rng.choice(("长期", "2099-12-31", "9999"))
        row.raw[AT["publicity_until"]] = rng.choice(("", "2099/12/31"))
    return act


NOT_NUMBERS = ("一点", "若干", "约2000", "2000元左右", "见决定书", "0.2.5", "0..2", "1e5", "0x10", "NaN", "Infinity", "贰仟以上", "二千多元",
               "1.2.3万元", "点", "元", "万元")
TOO_BIG = ("1234567890123", "9999999999999.5", "0.1234567", "2000.123元", "1000000000000", "1,234,567,890,123", "0.00000012万元")


def _nul(field):
    at = AT[field]

    def act(builder, row, rng):
        text = row.raw[at]
        i = rng.randrange(len(text) + 1)
        row.raw[at] = text[:i] + "\0" + text[i:]
    return act


def _huge(field):
    at = AT[field]

    def act(builder, row, rng):
        written = builder.text_id(row, field)
        row.raw[at] = filler(700_000) + "（身份证号" + written + "）" + filler(500_000)
    return act


def _ragged(mode):
    def act(builder, row, rng):
        row.ragged = (mode, rng.randrange(1, 6), rng.choice(("多余", "0", "1234")))
    return act


def defects(today=None):
    """Every single-violation defect."""
    out = []

    def add(*args, **more):
        out.append(Defect(*args, **more))

    def need(field, **more):
        add(field, "required", _put(field, EMPTY), **more)

    # A few individual businesses have no code: their name is their key.
    need("subject_name", kinds=(ORG,), note="organisation")
    need("subject_name", kinds=(IND,), key=MAYBE, note="individual business")
    need("subject_name", kinds=(NAT,), key=BREAKS, note="person")
    need("subject_type", group="type", key=MAYBE)
    need("uscc", kinds=(ORG,), group="type", key=MAYBE, note="organisation")
    need("uscc", kinds=(IND,), group="type", key=MAYBE, note="individual business")
    add("id_no", "required", _no_id, kinds=(NAT,), group="type")
    add("id_type", "required", _no_id_type, kinds=(NAT,), group="type")
    need("decision_no", key=BREAKS)
    for field in ("violation_type", "violation_fact", "legal_basis", "penalty_content", "authority_name", "source_unit_name"):
        need(field)
    need("penalty_category", group="money")
    need("fine_wanyuan", want="fine", group="money")
    need("confiscated_wanyuan", want="confiscated", group="money")
    need("decision_date", group="dates", key=BREAKS)
    need("valid_until", group="dates")
    need("authority_uscc", key=BREAKS)
    need("source_unit_uscc")

    add("decision_date", "not_a_date", _not_a_date("decision_date"), group="dates", key=BREAKS)
    for field in ("valid_until", "publicity_until"):
        add(field, "not_a_date", _not_a_date(field), group="dates")
        add(field, "before_decision", _before_decision(field), group="dates")
    add("decision_date", "out_of_range", _long_ago, group="dates", key=MAYBE)
    add("decision_date", "in_the_future", _future(today), group="dates", key=MAYBE)
    for field, want in (("fine_wanyuan", "fine"), ("confiscated_wanyuan", "confiscated")):
        add(field, "not_a_number", _put(field, NOT_NUMBERS), want=want, group="money")
        add(field, "out_of_range", _put(field, TOO_BIG), want=want, group="money")
    add("subject_type", "not_in_code_list", _put("subject_type", words.NOT_A_SUBJECT_TYPE), group="type", key=MAYBE)

    add("uscc", "check_digit", _bad_check_uscc("uscc"), kinds=(ORG,), group="type", key=MAYBE)
    add("uscc", "check_digit", _resident_id_as_uscc, kinds=(IND,), group="type", key=MAYBE, note="resident ID")
    add("uscc", "bad_format", _bad_form_uscc("uscc"), kinds=(ORG,), group="type", key=MAYBE)
    for field, key in (("authority_uscc", BREAKS), ("source_unit_uscc", KEEPS)):
        add(field, "check_digit", _bad_check_uscc(field), key=key)
        add(field, "bad_format", _bad_form_uscc(field), key=key)
    add("org_code", "check_digit", _bad_org_code, kinds=(ORG,), group="org_code")
    for field, kinds, group in (("id_no", (NAT,), "type"), ("legal_rep_id_no", BODIES, "representative")):
        add(field, "check_digit", _bad_check_id(field), kinds=kinds, group=group)
        add(field, "bad_format", _bad_form_id(field), kinds=kinds, group=group)
        add(field, "birth_date", _no_such_birthday(field), kinds=kinds, group=group)

    add("subject_name", "too_long", _long("subject_name", 200), kinds=(ORG,), note="organisation")
    add("subject_name", "too_long", _long("subject_name", 200), kinds=(IND,), key=MAYBE, note="individual business")
    add("subject_name", "too_long", _long("subject_name", 200), kinds=(NAT,), key=MAYBE, note="person")
    add("legal_rep_name", "too_long", _long("legal_rep_name", 50), kinds=BODIES)
    add("legal_rep_id_type", "too_long", _long_paper("legal_rep_id_type", 0), kinds=BODIES, group="representative")
    add("legal_rep_id_no", "too_long", _long_paper("legal_rep_id_type", 1), kinds=BODIES, group="representative")
    add("id_type", "too_long", _long_paper("id_type", 0), kinds=(NAT,), group="type")
    add("id_no", "too_long", _long_paper("id_type", 1), kinds=(NAT,), group="type")
    add("decision_no", "too_long", _long("decision_no", 128), key=MAYBE)
    for field, limit in (("violation_type", 2000), ("violation_fact", 5000), ("legal_basis", 2048), ("penalty_content", 4000),
                         ("license_revoked", 200), ("authority_name", 255), ("source_unit_name", 255), ("remark", 512)):
        add(field, "too_long", _long(field, limit))

    for mode in ("few", "many", "unquoted"):
        add("", "ragged_row", _ragged(mode), key=BREAKS, row_rule=True, note=mode)
    for field in ("subject_name", "violation_fact", "decision_no"):
        add(field, "nul_byte", _nul(field), key=BREAKS, row_rule=True)
    return out


def huge_cells():
    """Two rows, no more: each is over two megabytes."""
    return [Defect(f, "cell_too_large", _huge(f), key=BREAKS, row_rule=True) for f in ("violation_fact", "remark")]


def combination(every, rng):
    """Two or three defects that can stand in one row and do not touch each other."""
    while True:
        chosen, groups, kinds = [], set(), set(ANY)
        count = 2 if rng.random() < 0.7 else 3
        for defect in rng.sample(every, 12):
            if defect.row_rule or defect.group in groups or not kinds & set(defect.kinds):
                continue
            chosen.append(defect)
            groups.add(defect.group)
            kinds &= set(defect.kinds)
            if len(chosen) == count:
                return chosen


# ---- warnings: rows that are accepted

def _mismatch(builder, row, rng):
    """Yuan in the column of 万元, or the other way round; the sentence says the truth, the column does not."""
    amount = rng.choice([a for a in builder.amounts if 10_000 <= a.cents < 100_000_000])
    factor = rng.choice((10_000, 10_000, 10))
    cents = amount.cents * factor
    value = "%d.%06d" % divmod(cents, 1_000_000)
    row.put("fine_wanyuan", value.rstrip("0").rstrip("."), value)
    builder.content(row, amount.texts[0])
    row.text_ids = {f: ids for f, ids in (row.text_ids or {}).items() if f != "penalty_content"} or None


def _fine_alone(builder, row, rng):
    amount = rng.choice(builder.amounts)
    row.put("fine_wanyuan", amount.plain, amount.value)


def _other_year(builder, row, rng):
    year = builder.days.year[row.day] - rng.choice((2, 3, 5))
    county = rng.randrange(13)
    name, uscc, _ = builder.authorities[county][row.case.bureau]
    row.put("authority_name", name, name)
    row.put("authority_uscc", uscc, uscc)
    builder.document_number(row, row.case.bureau, county, year)


def _odd_number(builder, row, rng):
    builder.licence_no += 1
    text = rng.choice(("无文号-%d", "处罚决定书%d", "编号A-%d", "手写单据%d")) % (700_000 + builder.licence_no)
    row.put("decision_no", text, text)
    row.docno_key = text


def _wrong_first_signs(builder, row, rng):
    number = rng.randrange(builder.companies)
    region = words.COUNTIES[number % 13][0]
    code = builder.orgs.uscc("92" if row.kind == ORG else "91", region, number)
    row.put("uscc", code, code)
    for field in ("org_code", "tax_no", "public_institution_no", "social_org_no"):
        row.put(field, "", None)


def _wrong_inside(builder, row, rng):
    number = rng.randrange(builder.companies)
    code = builder.orgs.uscc_wrong_inside("91" if row.kind == ORG else "92", words.COUNTIES[number % 13][0], number)
    row.put("uscc", code, code)
    for field in ("org_code", "tax_no", "public_institution_no", "social_org_no"):
        row.put(field, "", None)


def _unknown_category(builder, row, rng):
    cats = row.case.cats
    extra = rng.choice(words.UNKNOWN_CATEGORIES)
    separator = rng.choice((";", "；", ",", "|"))
    values = cats + [extra] if rng.random() < 0.6 else [extra] + cats
    row.put("penalty_category", separator.join(values), values)


class Warning:
    """One thing about an accepted row that is stored and counted beside it."""

    __slots__ = ("name", "kinds", "want", "act", "rep", "group")

    def __init__(self, name, act, kinds=ANY, want="any"):
        self.name, self.act, self.kinds, self.want, self.rep, self.group = name, act, kinds, want, False, name

    def apply(self, builder, row, rng):
        self.act(builder, row, rng)
        row.warnings = sorted((row.warnings or []) + [self.name])


def warnings():
    """Every kind of warning."""
    return [Warning("fine_text_mismatch", _mismatch, want="fine"), Warning("fine_without_category", _fine_alone, want="no fine"),
            Warning("docno_year", _other_year), Warning("docno_form", _odd_number),
            Warning("uscc_type", _wrong_first_signs, kinds=BODIES), Warning("org_code_inner", _wrong_inside, kinds=BODIES),
            Warning("unknown_category", _unknown_category)]


# Good rows that are exactly as long as allowed.
LIMITS = (("subject_name", 200), ("violation_type", 2000), ("violation_fact", 2000), ("legal_basis", 2048),
          ("penalty_content", 4000), ("license_revoked", 200), ("authority_name", 200), ("remark", 512), ("legal_rep_name", 50))


class Limit:
    """A good row with one field exactly at its limit."""

    __slots__ = ("field", "length", "kinds", "want", "rep")

    def __init__(self, field, length):
        self.field, self.length, self.kinds, self.want, self.rep = field, length, BODIES, "any", False

    def apply(self, builder, row, rng):
        text = filler(self.length)
        row.put(self.field, text, text)
        if row.text_ids:
            row.text_ids.pop(self.field, None)
