"""The second night: the same snapshot with known differences."""

import json
import os
from random import Random

from defects import Defect
from spelling import FOREVER


class Night:
    """Which rows of the first night are changed, removed or broken, and where new ones come in."""

    def __init__(self, options, plan):
        rng = self.rng = Random("night2 %d" % options.seed)
        counts = (options.changed, options.removed, options.break_known, options.break_key)
        chosen = []
        taken = set()
        while len(chosen) < sum(counts):
            index = rng.randrange(options.rows)
            if index not in taken and plan.free(index):
                taken.add(index)
                chosen.append(index)
        parts, start = [], 0
        for count in counts:
            parts.append(set(chosen[start:start + count]))
            start += count
        self.changed, self.removed, self.broken_known, self.broken_key = parts
        self.added = {}  # index → how many new rows stand before it
        for _ in range(options.added):
            index = rng.randrange(options.rows)
            self.added[index] = self.added.get(index, 0) + 1
        self.log = {"changed": [], "removed": [], "added": [], "broken_known": [], "broken_key": []}

    def change(self, builder, row):
        """Changes one or two fields that are not in the key; returns their names."""
        kind = self.rng.randrange(4)
        if kind == 0 or (kind == 3 and not row.case.fine):
            text = (row.get("remark") or "") + "（已更正%d）" % self.rng.randrange(1000)
            row.put("remark", text, text)
            return ["remark"]
        if kind == 1 or (kind == 2 and row.get("valid_until") == FOREVER):
            text = row.get("penalty_content") + "，责令于十日内改正"
            row.put("penalty_content", text, text)
            return ["penalty_content"]
        if kind == 2:
            row.put("valid_until", "长期", FOREVER)
            return ["valid_until"]
        old = row.get("fine_wanyuan")
        amount = self.rng.choice([a for a in builder.amounts if a.value != old])
        text = row.get("penalty_content") if not row.amount_texts[0] else row.get("penalty_content").replace(
            "罚款" + row.amount_texts[0], "罚款" + amount.texts[0])
        row.put("fine_wanyuan", amount.plain, amount.value)
        row.put("penalty_content", text, text)
        return ["fine_wanyuan", "penalty_content"]

    def break_row(self, builder, row, with_key):
        """One violation: in a field outside the key, or in the authority's code, so that no key can be computed."""
        def bad_date(builder, row, rng):
            row.raw[23] = "0000-00-00"

        def bad_code(builder, row, rng):
            code = row.val[26]
            row.raw[26] = code[:17] + ("1" if code[17] != "1" else "2")
        if with_key:
            Defect("valid_until", "not_a_date", bad_date).apply(builder, row, self.rng)
        else:
            Defect("authority_uscc", "check_digit", bad_code, key="breaks").apply(builder, row, self.rng)

    def write(self, folder):
        """changes.json: what differs from the first night."""
        with open(os.path.join(folder, "changes.json"), "w", encoding="utf-8") as out:
            json.dump(self.log, out, ensure_ascii=False, indent=1)
            out.write("\n")
