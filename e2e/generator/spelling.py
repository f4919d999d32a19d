"""How departments write things: one value, many spellings."""

from datetime import date, timedelta

_DIGITS = "〇一二三四五六七八九"
_PLAIN = ("零一二三四五六七八九", "十百千")
_FORMAL = ("零壹贰叁肆伍陆柒捌玖", "拾佰仟")
_FULL = {i: i + 0xFEE0 for i in range(0x21, 0x7F)}


def full_width(text):
    """ASCII signs as full-width ones."""
    return text.translate(_FULL)


def _section(n, digits, units):
    out, zero = "", False
    for power in (3, 2, 1, 0):
        d = n // 10 ** power % 10
        if d:
            out += ("零" if zero and out else "") + digits[d] + (units[power - 1] if power else "")
            zero = False
        else:
            zero = True
    return out


def chinese_number(n, formal=False):
    """A whole number from 1 to 99,999,999 in Chinese numerals."""
    digits, units = _FORMAL if formal else _PLAIN
    high, low = divmod(n, 10000)
    out = _section(high, digits, units) + "万" if high else ""
    if low:
        out += ("零" if high and low < 1000 else "") + _section(low, digits, units)
    return out[1:] if out.startswith("一十") else out


def chinese_date(day):
    """二〇二四年一月三日"""
    year = "".join(_DIGITS[int(c)] for c in str(day.year))
    return "%s年%s月%s日" % (year, chinese_number(day.month), chinese_number(day.day))


EPOCH = date(1899, 12, 30)  # day 0 of Excel's serials, for dates after February 1900


def odd_dates(day):
    """The less usual spellings of a day."""
    y, m, d = day.year, day.month, day.day
    return ("%d.%02d.%02d" % (y, m, d), "%d%02d%02d" % (y, m, d), "%d年%d月%d日" % (y, m, d),
            "%d年%02d月%02d日" % (y, m, d), chinese_date(day), str((day - EPOCH).days),
            "%d-%02d-%02d 00:00:00" % (y, m, d), "%d/%d/%d 9:05" % (y, m, d), "%d-%02d-%02d 15:30:08" % (y, m, d),
            "%d-%02d-%02d 00:00:00.0" % (y, m, d), "%d-%d-%d" % (y, m, d), "%d.%d.%d" % (y, m, d),
            "%d/%02d/%02d" % (y, m, d), "　%d-%02d-%02d " % (y, m, d))


FOREVER = "2099-12-31"
FOREVER_SPELLINGS = ("2099-12-31", "2099/12/31", "长期", "9999", "9999-12-31", "9999/12/31", "20991231", "长期 ")


class Days:
    """All days of a range by index: ISO, usual and odd spellings."""

    def __init__(self, first, last):
        count = (last - first).days + 1
        self.first = first
        self.days = [first + timedelta(days=n) for n in range(count)]
        self.iso = [d.isoformat() for d in self.days]
        self.slash = ["%d/%d/%d" % (d.year, d.month, d.day) for d in self.days]
        self.text = ["%d年%d月%d日" % (d.year, d.month, d.day) for d in self.days]
        self.year = [d.year for d in self.days]
        self.odd = [None] * count

    def odd_of(self, index):
        found = self.odd[index]
        if found is None:
            found = self.odd[index] = odd_dates(self.days[index])
        return found


class Amount:
    """A sum of money: its value in 万元 and how it is written in an amount column and in a sentence."""

    __slots__ = ("cents", "value", "plain", "odd", "texts")

    def __init__(self, cents):
        self.cents = cents
        self.value = "%d.%06d" % divmod(cents, 1_000_000)  # 1 万元 = 1,000,000 分
        self.plain = self.value.rstrip("0").rstrip(".")
        yuan, fraction = divmod(cents, 100)
        tail = (".%02d" % fraction).rstrip("0") if fraction else ""
        grouped = "{:,}".format(yuan) + tail
        self.odd = [self.value, self.plain + "万元", "%d%s元" % (yuan, tail), grouped + "元", " " + self.plain + "　"]
        if cents >= 1_000_000_000:
            whole, dot, rest = self.plain.partition(".")
            self.odd.append("{:,}".format(int(whole)) + dot + rest)
        if not fraction:
            self.odd += [chinese_number(yuan) + "元", chinese_number(yuan, True) + "元"]
        whole, dot, rest = self.plain.partition(".")
        if dot and len(rest) <= 2 and len(whole) <= 2:
            head = chinese_number(int(whole)) if int(whole) else "零"
            self.odd.append(head + "点" + "".join(_PLAIN[0][int(c)] for c in rest) + "万元")
        self.texts = ("%d%s元" % (yuan, tail), "人民币%d%s元" % (yuan, tail), grouped + "元", self.plain + "万元")


def amounts():
    """Sums as they occur: small round ones often, odd and large ones sometimes."""
    usual = [50, 100, 200, 200, 300, 500, 500, 500, 800, 1000, 1000, 1000, 1500, 2000, 2000, 2000, 3000, 3000, 4500,
             5000, 5000, 5000, 6800, 8000, 10000, 10000, 10000, 12000, 15000, 20000, 20000, 25000, 30000, 50000, 50000,
             68000, 80000, 100000, 100000, 120000, 150000, 200000, 236000, 350000, 500000, 1050, 2050, 10500, 100500,
             1020304, 1234567, 12345000, 23456789]
    cents = [y * 100 for y in usual] + [123456, 8650, 2000001, 345678, 99999, 10800050]
    state = 12345
    for _ in range(300):
        state = (state * 1103515245 + 12345) % 2 ** 31
        cents.append((state // 65536 % 3000 + 1) * 10000 // (1 + state % 7))
    return [Amount(c) for c in cents]


SEPARATORS = (";", "；", ",", "，", "、", "|")


def list_spellings(values):
    """A list of categories as written: the usual way first."""
    joined = ";".join(values)
    if len(values) == 1:
        return (joined, joined + " ", joined + ";", "　" + joined)
    out = [joined]
    for separator in SEPARATORS:
        text = separator.join(values)
        # Two values of 2021 joined by 、 read as the one value of 2018: then it is another list.
        if separator == "、" and "没收违法所得" in values and "没收非法财物" in values:
            continue
        out.append(text)
    out += ["； ".join(values), " ; ".join(values), joined + "；"]
    if len(values) > 2:
        out.append(values[0] + "，" + "|".join(values[1:]))
    return tuple(out)


BRACKETS = (("〔", "〕"), ("[", "]"), ("【", "】"), ("(", ")"), ("（", "）"))
