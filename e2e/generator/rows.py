"""One good row: the cells as written and, independently of them, the values that are expected from them."""

from datetime import date
from random import Random

import vocabulary as words
from identifiers import PLACEHOLDER, Organisations, ResidentIds, id_to_18
from spelling import BRACKETS, FOREVER, FOREVER_SPELLINGS, Days, amounts, full_width, list_spellings
from vocabulary import FIELDS, FINE, IND, NAT, ORG

AT = {name: i for i, name in enumerate(FIELDS)}
FIRST, LAST = date(2016, 1, 1), date(2025, 6, 30)


class Row:
    """What one data row is made of. raw and val follow FIELDS; val None means absent."""

    __slots__ = ("kind", "raw", "val", "docno_key", "amount_texts", "case", "day", "ids", "other_ids", "idlike",
                 "text_ids", "masked", "warnings", "violations", "planted", "row_rule", "ragged", "superseded", "person")

    def __init__(self, kind):
        self.kind = kind
        self.raw = [""] * 30
        self.val = [None] * 30
        self.ids = []          # (folded, as written, or None when written so)
        self.other_ids = []    # passports and the like
        self.idlike = []       # numbers in free text that are no IDs
        self.text_ids = None   # field → valid resident IDs in its text
        self.masked = None     # fields whose ID came masked
        self.warnings = None
        self.violations = None
        self.planted = None
        self.row_rule = None   # the rule of a row that no field is looked at of
        self.ragged = None
        self.superseded = False
        self.person = None

    def put(self, field, raw, val):
        self.raw[AT[field]] = raw
        self.val[AT[field]] = val

    def get(self, field):
        return self.val[AT[field]]

    def key(self):
        """Natural key of a good row: decision number, authority, subject, decision date."""
        return [self.docno_key, self.get("authority_uscc"), self.subject(), self.get("decision_date")]

    def subject(self):
        if self.kind != NAT:
            if self.get("uscc") not in (None, PLACEHOLDER):
                return self.get("uscc")
            for field in ("registration_no", "org_code", "tax_no", "public_institution_no", "social_org_no"):
                if self.get(field):
                    return self.get(field)
        return self.get("subject_name")


class Option:
    """A way a case may end: bureau, texts and the list of penalties with its spellings."""

    __slots__ = ("bureau", "offence", "facts", "basis", "cats", "spellings", "fine", "confiscated", "licence")

    def __init__(self, case, cats):
        self.bureau, _, self.offence, self.facts, self.basis, _ = case
        self.cats = list(cats)
        self.spellings = list_spellings(self.cats)
        self.fine = FINE in cats
        self.confiscated = any("没收" in c for c in cats)
        self.licence = any(c in words.TAKES_LICENCE for c in cats)


def _options():
    out = {}
    for kind in (ORG, IND, NAT):
        every = [Option(case, cats) for case in words.CASES if kind in case[1] for cats in case[5]]
        out[kind] = {"any": every, "fine": [o for o in every if o.fine], "confiscated": [o for o in every if o.confiscated],
                     "no fine": [o for o in every if not o.fine]}
    return out


class Builder:
    """Makes good rows. The same seed and start give the same rows."""

    def __init__(self, seed, companies, rare=True, number_start=0, id_start=0, docno_parens=False):
        self.random = Random(seed)
        self.companies = companies
        self.rare = rare
        self.docno_parens = docno_parens
        self.number_start = number_start
        self.ids = ResidentIds(id_start)
        self.orgs = Organisations()
        self.days = Days(FIRST, date(2032, 12, 31))
        self.decisions = (LAST - FIRST).days + 1
        self.amounts = amounts()
        self.options = _options()
        self.numbers = {}
        self.recent = []  # people who may be punished again: (name, ID)
        self.licence_no = number_start
        self._authorities()

    def _authorities(self):
        """Every bureau of every county: name, USCC, word of its document numbers; and the county's credit office."""
        self.authorities, self.offices = [], []
        for c, (region, county, prefix, word) in enumerate(words.COUNTIES):
            line = []
            for b, (name, kind) in enumerate(words.BUREAUS):
                full = prefix + name
                if name == "生态环境局":
                    full = "吉安市" + county.rstrip("区县市") + name
                elif name == "税务局":
                    full = "国家税务总局" + full
                line.append((full, self.orgs.uscc("11", region, 100 + c * 50 + b), word + kind))
            self.authorities.append(line)
            self.offices.append((prefix + "发展和改革委员会", self.orgs.uscc("11", region, 140 + c * 50)))

    # ---- parts of a row

    def code(self, code):
        """A code as written: mostly plain."""
        r = self.random.random()
        if r < 0.92:
            return code
        if r < 0.94:
            return code + " "
        if r < 0.955:
            return "　" + code
        if r < 0.975:
            return code.lower()
        if r < 0.99:
            return full_width(code)
        return " " + full_width(code.lower()) + "　"

    def name(self, value):
        """A name as written; value has its brackets full-width."""
        r = self.random.random()
        if "（" in value and r < 0.5:
            value = value.replace("（", "(").replace("）", ")")
        if r > 0.98:
            return "　" + value + " "
        return value + " " if r > 0.96 else value

    def person(self):
        rnd = self.random.random
        given, marks = words.GIVEN, words.MARKS
        name = words.SURNAMES[int(rnd() * len(words.SURNAMES))] + marks[int(rnd() * 5)]
        r = rnd()
        if r < 0.8:
            name += given[int(r / 0.8 * len(given))]
        elif r > 0.997 and self.rare:
            name += words.RARE[int((r - 0.997) / 0.003 * 4) % 4]
        return name

    def company(self, number):
        """Name, USCC, region of the organisation with that number."""
        region, county, _, _ = words.COUNTIES[number % 13]
        trade = words.TRADE
        brand = words.MARKS[number % 5] + trade[number // 5 % len(trade)] + trade[number // 275 % len(trade)]
        if number % 10 == 9:
            prefix, body = words.OTHER_BODIES[number // 10 % 5]
            return county + brand + body, self.orgs.uscc(prefix, region, number), region
        business = words.BUSINESS[number // 7 % 13]
        if number % 11 == 0:
            name = "江西" + brand + "（" + county + "）" + business
        else:
            name = "吉安" + brand + business
        return name, self.orgs.uscc("91", region, number), region

    def shop(self, number):
        region, county, _, _ = words.COUNTIES[number % 13]
        trade = words.TRADE
        brand = words.MARKS[number % 5] + trade[number // 5 % len(trade)] + trade[number // 275 % len(trade)]
        name = county + brand + words.SHOPS[number // 3 % 11]
        if number % 17 == 0:
            name += "（" + brand[1:] + "分店）"
        return name, self.orgs.uscc("92", region, number), region

    def resident_id(self, row):
        """(as written, expected) of a resident ID in an ID column."""
        r = self.random.random()
        if r < 0.02:
            code = self.ids.take_19()
            if r < 0.01:
                code = code[:6] + code[8:17]
                row.ids.append((code, None))
                return code, code
            masked = code[:10] + "****" + code[14:]
            return masked, masked
        code = self.ids.take()
        if r < 0.90:
            if code[17] == "X" and r > 0.6:
                row.ids.append((code, code[:17] + "x"))
                return code[:17] + "x", code
            row.ids.append((code, None))
            return code, code
        written = full_width(code) if r < 0.92 else "　" + code if r < 0.96 else code + "  "
        row.ids.append((code, written.strip() if r < 0.92 else None))
        return written, code

    def other_paper(self, row):
        """(kind of paper, number) of somebody without a resident ID."""
        r = int(self.random.random() * 10_000_000)
        kind, number = (("护照号", "E9%07d" % r), ("港澳居民来往内地通行证", "H09%08d" % r),
                        ("台湾居民来往大陆通行证", "0%07d" % r), ("其他-军官证", "军字第%07d号" % r))[r % 4]
        row.other_ids.append(number)
        return kind, number

    def text_id(self, row, field):
        """A valid resident ID as it stands in a sentence."""
        r = self.random.random()
        code = self.ids.take_19() if r < 0.03 else self.ids.take()
        written = code
        if r < 0.03:
            code = written = code[:6] + code[8:17]
        elif r < 0.08:
            written = full_width(code)
        elif code[17] == "X" and r < 0.4:
            written = code[:17] + "x"
        row.ids.append((code, None if written == code else written))
        if row.text_ids is None:
            row.text_ids = {}
        row.text_ids.setdefault(field, []).append(code)
        return written

    def idlike_number(self, row):
        """A number that looks like a resident ID and is none: no part of it is a valid one either."""
        rnd = self.random.random
        kind = int(rnd() * 5)
        digits = "".join("6789"[int(rnd() * 4)] for _ in range(14))
        if kind == 0:
            code = self.ids.take()
            number = code[:17] + "0123456789"[(int(code[17].replace("X", "9")) + 1 + int(rnd() * 8)) % 10]
            if number == code:
                number = code[:17] + "X"
            label = "订单号"
        elif kind == 1:
            number, label = self.ids.take_no_such_day(), "运单号"
        elif kind == 2:
            number, label = self.days.iso[int(rnd() * self.decisions)].replace("-", "") + digits[:10], "交易单号"
        elif kind == 3:
            number, label = "6228" + digits + digits[3], "收款账号"
        else:
            number, label = "3608" + digits[:11], "批次号"
        row.idlike.append(number)
        return label, number

    def leak_sentence(self, row, field):
        """A sentence with an ID, and mostly with numbers beside it that are none."""
        rnd = self.random.random
        written = self.text_id(row, field)
        who = self.person()
        r = rnd()
        if r < 0.25:
            return "另查明，%s（身份证号：%s）系现场负责人。" % (who, written)
        label, number = self.idlike_number(row)
        if r < 0.5:
            return "%s%s，付款人%s，公民身份号码%s，联系电话1990796%04d。" % (label, number, who, written, int(rnd() * 10000))
        if r < 0.75:
            return "涉案人员:%s,%s,电话1990796%04d,%s:%s。" % (who, written, int(rnd() * 10000), label, number)
        return "证件号码%s/%s%s（当事人%s提供）。" % (written, label, number, who)

    def document_number(self, row, bureau, county, year):
        """Fills decision_no: word〔year〕number号."""
        authority = self.authorities[county][bureau]
        at = (bureau * 13 + county) * 16 + year - 2015
        number = self.numbers[at] = self.numbers.get(at, self.number_start) + 1
        r = self.random.random()
        digits = str(number) if r < 0.9 else "%04d" % number
        head = authority[2]
        if self.docno_parens and bureau == 7:
            head = head.replace("公行", "公〔治〕行")
        value = "%s〔%d〕%s号" % (head, year, digits)
        row.docno_key = "%s〔%d〕%d号" % (head, year, number)
        row.put("decision_no", self.spell_document_number(head, str(year), digits), value)

    def spell_document_number(self, head, year, digits):
        """A document number as written: one of five bracket pairs, blanks, full-width digits."""
        r = self.random.random()
        if "〔" in head:
            head = head.replace("〔", "(").replace("〕", ")")
        left, right = BRACKETS[0 if r < 0.7 else 1 + int((r - 0.7) / 0.3 * 4)]
        if 0.65 < r < 0.69:
            return "%s %s%s%s %s 号" % (head, left, year, right, digits)
        if 0.69 < r < 0.72:
            return head + left + full_width(year) + right + full_width(digits) + "号"
        if 0.97 < r:
            return " " + head + left + year + right + digits + "号 "
        return head + left + year + right + digits + "号"

    def date(self, row, field, index):
        """Fills a date by its index in self.days."""
        r = self.random.random()
        if r < 0.5:
            raw = self.days.iso[index]
        elif r < 0.88:
            raw = self.days.slash[index]
        else:
            odd = self.days.odd_of(index)
            raw = odd[int((r - 0.88) / 0.12 * len(odd))]
        row.raw[AT[field]] = raw
        row.val[AT[field]] = self.days.iso[index]

    def forever(self, row, field):
        raw = FOREVER_SPELLINGS[int(self.random.random() * len(FOREVER_SPELLINGS))]
        row.put(field, raw, FOREVER)

    def amount(self):
        """An amount and how it is written in its column."""
        r = self.random.random()
        amount = self.amounts[int(r * 7919 % 1 * len(self.amounts))]
        if r < 0.9:
            return amount, amount.plain
        odd = amount.odd
        return amount, odd[int(self.random.random() * len(odd))]

    # ---- whole rows

    def build(self, kind=None, want="any", rep=False):
        """A good row. want: any, fine, confiscated or no fine; rep: with the representative's resident ID."""
        rnd = self.random.random
        if kind is None:
            r = rnd()
            kind = ORG if r < 0.5 else IND if r < 0.75 else NAT
        row = Row(kind)
        row.put("subject_type", kind if rnd() < 0.99 else kind + " ", kind)
        county = self._subject(row, rep)
        options = self.options[kind][want]
        option = row.case = options[int(rnd() * len(options))]
        day = row.day = int(rnd() * self.decisions)
        self._authority(row, option.bureau, county, day)
        self._penalty(row, option)
        self._texts(row, option, county, day)
        self._dates(row, day)
        r = rnd()
        if r < 0.01:  # absent cells are sometimes blanks
            raw = row.raw
            for i in range(3, 13):
                if raw[i] == "":
                    raw[i] = " " if r < 0.006 else "　"
        return row

    def _subject(self, row, rep):
        rnd = self.random.random
        raw, val = row.raw, row.val
        if row.kind == NAT:
            r = rnd()
            if r < 0.1 and self.recent:
                name, code = self.recent[int(r * 10 * len(self.recent))]
                row.put("id_type", "身份证", "身份证")
                row.put("id_no", code, code)
            elif r < 0.13:
                name = self.person()
                kind, number = self.other_paper(row)
                row.put("id_type", kind, kind)
                row.put("id_no", number, number)
            else:
                name = self.person()
                row.put("id_type", "身份证", "身份证")
                raw[12], val[12] = self.resident_id(row)
                if "*" in raw[12]:
                    row.masked = ["id_no"]
                elif r > 0.95 and len(val[12]) == 18:
                    row.person = (name, val[12])
            raw[0], val[0] = self.name(name), name
            return int(rnd() * 13)
        number = int(rnd() * self.companies)
        name, uscc, region = self.company(number) if row.kind == ORG else self.shop(number)
        raw[0], val[0] = self.name(name), name
        r = rnd()
        if row.kind == IND and r > 0.97:
            raw[2] = val[2] = PLACEHOLDER
            if r > 0.985:
                row.put("registration_no", region + "600%06d" % (number % 1_000_000), region + "600%06d" % (number % 1_000_000))
        else:
            raw[2], val[2] = self.code(uscc), uscc
            if r < 0.2:
                self._old_codes(row, r, uscc, region, number)
        name = self.person()
        raw[8], val[8] = name + (" " if r > 0.96 else ""), name
        r = rnd()
        if rep or r < 0.6:
            row.put("legal_rep_id_type", "身份证", "身份证")
            raw[10], val[10] = self.resident_id(row)
            if "*" in raw[10]:
                row.masked = ["legal_rep_id_no"]
        elif r < 0.62:
            kind, paper = self.other_paper(row)
            row.put("legal_rep_id_type", kind, kind)
            row.put("legal_rep_id_no", paper, paper)
        return number % 13

    def _old_codes(self, row, r, uscc, region, number):
        """Codes from before the USCC, which some feeders still fill."""
        if r < 0.08:
            code = region + "200%06d" % (number % 1_000_000)
            row.put("registration_no", self.code(code), code)
        if 0.04 < r < 0.14:
            row.put("org_code", self.code(uscc[8:17]), uscc[8:17])
        if 0.12 < r < 0.16:
            row.put("tax_no", self.code(region + uscc[8:17]), region + uscc[8:17])
        if uscc.startswith("12"):
            row.put("public_institution_no", "1%s%05d" % (region, number % 100_000), "1%s%05d" % (region, number % 100_000))
        elif uscc.startswith("5"):
            row.put("social_org_no", "吉社证字第%05d号" % (number % 100_000), "吉社证字第%05d号" % (number % 100_000))

    def _authority(self, row, bureau, county, day):
        raw, val = row.raw, row.val
        name, uscc, _ = self.authorities[county][bureau]
        raw[25], val[25] = self.name(name), name
        raw[26], val[26] = self.code(uscc), uscc
        if self.random.random() < 0.15:
            name, uscc = self.offices[county]
        raw[27], val[27] = name, name
        raw[28], val[28] = self.code(uscc), uscc
        self.document_number(row, bureau, county, self.days.year[day])

    def _penalty(self, row, option):
        raw, val, rnd = row.raw, row.val, self.random.random
        r = rnd()
        spellings = option.spellings
        raw[17] = spellings[0] if r < 0.6 else spellings[int((r - 0.6) / 0.4 * len(spellings))]
        val[17] = option.cats
        fine_text = confiscated_text = ""
        if option.fine:
            amount, raw[19] = self.amount()
            val[19] = amount.value
            fine_text = amount.texts[0 if r < 0.8 else int(r * 1000) % 4]
        if option.confiscated:
            amount, raw[20] = self.amount()
            val[20] = amount.value
            confiscated_text = amount.texts[0]
        row.amount_texts = (fine_text, confiscated_text)
        self.content(row)
        if option.licence:
            self.licence_no += 1
            raw[21] = val[21] = "许可证（编号JY1360%010d）" % self.licence_no

    def content(self, row, fine_text=None):
        """Fills penalty_content from the categories and the amounts, as row.amount_texts says them."""
        default, confiscated_text = row.amount_texts
        parts = []
        for cat in row.case.cats:
            if cat == FINE:
                parts.append("罚款" + (fine_text or default))
            else:
                text = CONTENT[cat]
                parts.append(text % confiscated_text if "%" in text else text)
        text = "；".join(parts)
        r = self.random.random()
        if r < 0.3:
            text = "依法对当事人作出如下处罚：" + text + "。"
        elif r < 0.34:
            text += "\n当事人应当自收到本决定书之日起十五日内履行。"
        elif r < 0.37 and row.case.fine:
            text += "。逾期不缴纳罚款的，每日按罚款数额的3%加处罚款"
        row.raw[18] = text if r < 0.95 else text + "  "
        row.val[18] = text

    def _texts(self, row, option, county, day):
        raw, val, rnd = row.raw, row.val, self.random.random
        raw[14] = val[14] = option.offence
        street = words.STREETS[int(rnd() * 15)]
        facts = option.facts % (self.days.text[max(0, day - 20)], words.COUNTIES[county][1] + street)
        r = rnd()
        if r < 0.04:
            facts += self.leak_sentence(row, "violation_fact")
        elif r < 0.05:
            facts += "%s%s。" % self.idlike_number(row)
        elif r < 0.08:
            facts += "\n以上事实，有现场笔录、\"询问笔录\",照片等证据证实。"
        raw[15] = facts if r < 0.97 else " " + facts + "　"
        val[15] = facts
        raw[16] = val[16] = option.basis
        if r > 0.85:
            text = words.REMARKS[int((r - 0.85) / 0.15 * len(words.REMARKS))]
            raw[29] = val[29] = text
        elif r > 0.84:
            raw[29] = val[29] = self.leak_sentence(row, "remark")
        elif r > 0.83:
            text = self.leak_sentence(row, "penalty_content")
            raw[18] = val[18] = val[18] + text

    def _dates(self, row, day):
        self.date(row, "decision_date", day)
        r = self.random.random()
        if r < 0.55:
            self.date(row, "valid_until", day + 365)
        elif r < 0.75:
            self.forever(row, "valid_until")
        else:
            self.date(row, "valid_until", day + (1095 if r < 0.95 else 0))
        if r < 0.1:
            return
        if r < 0.15:
            self.forever(row, "publicity_until")
        else:
            self.date(row, "publicity_until", day + (365 if r < 0.8 else 1095))

    def remember(self, row):
        """Lets the row's person be punished again in a later row; call it once the row's IDs are listed."""
        if row.person:
            if len(self.recent) < 64:
                self.recent.append(row.person)
            else:
                self.recent[int(self.random.random() * 64)] = row.person


CONTENT = words.CONTENT


def forms_of(code, written):
    """Other forms of an ID in which it must not be found either: as written, and 18 characters for 15 digits."""
    out = [written] if written else []
    if len(code) == 15 and code.isdigit():
        out.append(id_to_18(code))
    return out
