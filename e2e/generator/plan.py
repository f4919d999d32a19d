"""Which row gets what: decided before the first row is made, so that rows can stream and two nights agree."""

from random import Random

import defects


class Plan:
    """For a row index: the changes to apply to it, or the part it plays in a planted pair of the same key."""

    def __init__(self, options):
        rng = self.rng = Random("plan %d" % options.seed)
        rows = options.rows
        scale = min(1.0, rows / 20_000)
        changes = self._defects(options, rng, rows, scale) if options.defects > 0 else []
        warnings = options.warnings if options.warnings is not None else max(2, round(100 * scale))
        for warning in defects.warnings():
            changes += [[warning]] * warnings
        limits = max(1, round(5 * scale)) if warnings else 0
        for field, length in defects.LIMITS:
            changes += [[defects.Limit(field, length)]] * limits
        pairs = options.duplicates if options.duplicates is not None else max(2, round(30 * scale))
        needed = len(changes) + 2 * pairs + options.changed + options.removed + options.break_known + options.break_key
        if needed > rows * 0.9:
            raise SystemExit("%d rows are too few: %d of them would be special; more --rows, or lower --per-defect, --warnings "
                             "and --duplicates" % (rows, needed))
        places = rng.sample(range(rows), len(changes) + 2 * pairs)
        self.changes = dict(zip(places, changes))
        self.first, self.second = {}, {}
        twins = places[len(changes):]
        for a, b in zip(twins[::2], twins[1::2]):
            a, b = min(a, b), max(a, b)
            self.first[a] = b
            self.second[b] = a

    @staticmethod
    def _defects(options, rng, rows, scale):
        every = defects.defects(options.today)
        if options.keyed_defects:
            every = [d for d in every if d.key == defects.KEEPS]
        several = max(4, round(240 * scale))
        least = options.per_defect if options.per_defect is not None else max(2, round(40 * scale))
        each = max(least, (int(rows * options.defects) - several) // len(every))
        out = [[d] for d in every for _ in range(each)]
        out += [defects.combination(every, rng) for _ in range(several)]
        if not options.keyed_defects and not options.no_huge:
            out += [[d] for d in defects.huge_cells()]
        return out

    def free(self, index):
        """Is the row a plain good one, that nothing is planted in?"""
        return index not in self.changes and index not in self.first and index not in self.second


def needs(changes):
    """(kind, want, rep): what a row must have been built with for these changes."""
    kinds = set(changes[0].kinds)
    want, rep = "any", False
    for change in changes:
        kinds &= set(change.kinds)
        rep = rep or change.rep
        if change.want != "any":
            want = change.want
    return sorted(kinds), want, rep
