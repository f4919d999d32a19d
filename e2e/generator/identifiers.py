"""Identifiers with their check digits: USCC (GB 32100), organisation code (GB 11714), resident ID (GB 11643).

Nothing here is a real entity or person. Resident IDs use the sequence numbers 980 to 989 only. Every number is
made from a counter, so that numbers are distinct without being remembered: memory stays constant for any file size.
"""

from datetime import date, timedelta

from vocabulary import COUNTIES

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # 31 signs: no I O S V Z
USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
ORG_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
ID_CHECK = "10X98765432"

_USCC_VALUE = {c: i for i, c in enumerate(USCC_ALPHABET)}
_ORG_VALUE = {c: i for i, c in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")}

PLACEHOLDER = "0" * 17 + "X"  # an individual business without a USCC


def uscc_check(body):
    """The 18th character for the first 17 of a USCC."""
    total = sum(_USCC_VALUE[c] * w for c, w in zip(body, USCC_WEIGHTS))
    return USCC_ALPHABET[-total % 31]


def org_check(body):
    """The 9th character for the first 8 of an organisation code."""
    return "0123456789X0"[11 - sum(_ORG_VALUE[c] * w for c, w in zip(body, ORG_WEIGHTS)) % 11]


def id_check(body):
    """The 18th character for the first 17 of a resident ID."""
    return ID_CHECK[sum(int(c) * w for c, w in zip(body, ID_WEIGHTS)) % 11]


def id_to_18(short):
    """The 18-character form of a 15-digit resident ID."""
    body = short[:6] + "19" + short[6:]
    return body + id_check(body)


class Organisations:
    """USCCs by number: the same number and prefix give the same code, different numbers different codes."""

    def __init__(self):
        letters = "ABCDEFGHJKLMNPQRTUWXY"
        # The third sign is 2 to 9, so that the code inside a 15-character tax number never reads like a birth date.
        heads = [a + b + str(c) + d for a in "M7" for b in "A3" for c in range(2, 10) for d in letters]
        tails = ["%03d%s" % (n, c) for n in range(1000) for c in "0123456789ABCDEFGHJKLMN"]
        self._heads = [(t, sum(_ORG_VALUE[c] * w for c, w in zip(t, ORG_WEIGHTS[:4])),
                        sum(_USCC_VALUE[c] * w for c, w in zip(t, USCC_WEIGHTS[8:12]))) for t in heads]
        self._tails = [(t, sum(_ORG_VALUE[c] * w for c, w in zip(t, ORG_WEIGHTS[4:])),
                        sum(_USCC_VALUE[c] * w for c, w in zip(t, USCC_WEIGHTS[12:16]))) for t in tails]
        self._starts = {}

    def _start(self, prefix, region):
        key = prefix + region
        if key not in self._starts:
            self._starts[key] = sum(_USCC_VALUE[c] * w for c, w in zip(key, USCC_WEIGHTS))
        return self._starts[key]

    def uscc(self, prefix, region, number):
        """A valid USCC; its characters 9 to 17 are a valid organisation code."""
        return self._code(prefix, region, number, 0)

    def uscc_wrong_inside(self, prefix, region, number):
        """A USCC whose own check character is right while its inner organisation code is wrong."""
        return self._code(prefix, region, number, 1 + number % 9)

    def _code(self, prefix, region, number, shift):
        heads, tails = self._heads, self._tails
        # 100003 is a prime that does not divide the number of codes: neighbours look unlike each other.
        quotient, remainder = divmod(number * 100003 % (len(heads) * len(tails)), len(heads))
        head, head_org, head_sum = heads[remainder]
        tail, tail_org, tail_sum = tails[quotient]
        inner = "0123456789X0"[11 - (head_org + tail_org) % 11]
        if shift:
            inner = "0123456789X"[("0123456789X".index(inner) + shift) % 11]
        total = self._start(prefix, region) + head_sum + tail_sum + _USCC_VALUE[inner] * 28
        return prefix + region + head + tail + inner + USCC_ALPHABET[-total % 31]


# Ji'an today, Ji'an before 2000 (吉安地区), and a few regions that people have moved from.
REGIONS_NOW = [c[0] for c in COUNTIES] + ["360102", "360702", "430104", "440305", "350203"]
REGIONS_THEN = ["362401", "362402"] + ["3624%02d" % n for n in range(21, 31)] + ["362432"]
NO_SUCH_DAY = ("19900230", "19850431", "19770229", "19661301", "19721200", "19880631", "19930931", "19811131",
               "19690010", "19900229")


def _partial(text, start):
    return sum(int(c) * w for c, w in zip(text, ID_WEIGHTS[start:]))


def _days(first, last):
    out, day = [], first
    while day <= last:
        text = day.strftime("%Y%m%d")
        out.append((text, _partial(text, 6)))
        day += timedelta(days=1)
    return out


class ResidentIds:
    """Resident IDs by counter: no ID comes twice from one start, nor from two starts that lie far enough apart."""

    CAPACITY = 5_000_000

    def __init__(self, start=0):
        self._next = start
        self._bad = start % 100_000
        self._old = ([(r, _partial(r, 0)) for r in REGIONS_NOW + REGIONS_THEN],
                     _days(date(1945, 1, 1), date(1998, 12, 31)))
        self._young = ([(r, _partial(r, 0)) for r in REGIONS_NOW], _days(date(1999, 1, 1), date(2003, 12, 31)))
        self._seq = [("98%d" % n, _partial("98%d" % n, 14)) for n in range(10)]

    def take(self):
        """The next ID: 18 characters, valid."""
        number = self._next = self._next + 1
        if number % 20:
            regions, days = self._old
        else:
            regions, days = self._young
            number //= 20
        # 1000003 is a prime that divides neither space: a walk through all of it that looks random.
        number = number * 1000003 % (len(regions) * len(days) * 10)
        number, s = divmod(number, 10)
        d, r = divmod(number, len(regions))
        region, day, seq = regions[r], days[d], self._seq[s]
        return region[0] + day[0] + seq[0] + ID_CHECK[(region[1] + day[1] + seq[1]) % 11]

    def take_19(self):
        """The next ID of somebody born before 2000, so that it has a 15-digit form."""
        while True:
            code = self.take()
            if code[6:8] == "19":
                return code

    def take_no_such_day(self):
        """An ID with the right check character whose birth date does not exist."""
        self._bad += 1
        number, s = divmod(self._bad, 1000)
        d, r = self._bad % len(NO_SUCH_DAY), number % len(REGIONS_NOW)
        body = REGIONS_NOW[r] + NO_SUCH_DAY[d] + "%03d" % s
        return body + id_check(body)
