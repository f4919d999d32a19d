"""Loads a CSV file of administrative penalties into ClickHouse with polars and clickhouse-connect, in vectors throughout.

    python polars_load.py FILE HOST PORT TABLE

It makes of the texts what creditsync makes: blanks and widths folded, credit codes with their check characters, code lists,
days in the usual spellings, amounts in digits, document numbers, required columns; rows that do not fit are left out and counted.
It does not protect personal data, tell changed rows from unchanged ones, keep versions or survive a crash. Prints
{"rows": …, "refused": …, "seconds": …}; the seconds are those from reading to the last row stored.
"""

import json
import sys
import time

import clickhouse_connect
import polars as pl

CODES = ["uscc", "registration_no", "org_code", "tax_no", "public_institution_no", "social_org_no", "legal_rep_id_no", "id_no", "authority_uscc", "source_unit_uscc"]
CREDIT_CODES = ["uscc", "authority_uscc", "source_unit_uscc"]
DATES = ["decision_date", "valid_until", "publicity_until"]
AMOUNTS = ["fine_wanyuan", "confiscated_wanyuan"]
REPEATS = ["subject_type", "legal_rep_id_type", "id_type", "authority_name", "authority_uscc", "source_unit_name", "source_unit_uscc"]
REQUIRED = ["subject_name", "subject_type", "decision_no", "violation_type", "violation_fact", "legal_basis", "penalty_category", "penalty_content", "decision_date",
            "valid_until", "authority_name", "authority_uscc", "source_unit_name", "source_unit_uscc"]
SUBJECTS = ["法人及非法人组织", "自然人", "个体工商户"]
NOBODY = "00000000000000000X"  # what people without a credit code are given
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WEIGHTS = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28]
DIGITS = dict(zip("〇零一二三四五六七八九", "00123456789"))


def credit_code(column):
    """Whether an 18-character credit code has the right check character (GB 32100)."""
    value = pl.col(column)
    total = sum(value.str.slice(i, 1).replace_strict(list(ALPHABET), list(range(31)), default=None, return_dtype=pl.Int32) * w for i, w in enumerate(WEIGHTS))
    last = value.str.slice(17, 1).replace_strict(list(ALPHABET), list(range(31)), default=None, return_dtype=pl.Int32)
    return value.is_null() | (value == NOBODY) | ((value.str.len_chars() == 18) & ((31 - total % 31) % 31 == last))


def day(column):
    """A day in one of the spellings: 2024-01-03, 2024/1/3, 2024.1.3, 20240103, 2024年1月3日, 二〇二四年一月三日, 45294, 长期."""
    text = pl.col(column).str.strip_chars()
    chinese = text
    for tens, number in (("三十", "3"), ("二十", "2"), ("十", "1")):
        chinese = chinese.str.replace_all(tens + "([一二三四五六七八九])", number + "$1").str.replace_all(tens, number + "0")
    for han, digit in DIGITS.items():
        chinese = chinese.str.replace_all(han, digit, literal=True)
    plain = chinese.str.replace(r"[ T].*$", "").str.replace_all(r"[/.年月]", "-").str.replace("日", "", literal=True)
    end = pl.lit("2299-12-31").str.to_date()  # the last day that ClickHouse knows
    found = pl.coalesce(
        plain.str.to_date("%Y-%m-%d", strict=False),
        text.str.to_date("%Y%m%d", strict=False),
        pl.when(text.str.contains(r"^\d{5}$")).then(pl.lit("1899-12-30").str.to_date() + pl.duration(days=text.cast(pl.Int64, strict=False))),
        pl.when(text.is_in(["长期", "永久", "9999"])).then(end),
    )
    return pl.min_horizontal(found, pl.when(found.is_not_null()).then(end))


def amount(column):
    """An amount in 万元; 元 is divided."""
    text = pl.col(column).str.replace_all(r"[,\s￥¥]", "")
    number = text.str.extract(r"^([0-9.]+)").cast(pl.Float64, strict=False)
    return pl.when(text.str.ends_with("元") & ~text.str.ends_with("万元")).then(number / 10000).otherwise(number).round(6).cast(pl.Decimal(18, 6))


def fold(name, kind):
    if kind != pl.String:
        return pl.col(name)
    text = pl.col(name).str.normalize("NFKC").str.strip_chars()
    text = text.str.to_uppercase() if name in CODES else text
    return pl.when(text == "").then(None).otherwise(text).alias(name)


def main(path, host, port, table):
    client = clickhouse_connect.get_client(host=host, port=int(port))
    begin = time.time()
    raw = pl.scan_csv(path, infer_schema=False)
    names = raw.collect_schema().names()
    folded = raw.with_columns([fold(n, pl.String) for n in names]).with_columns(
        pl.col("decision_no").str.replace_all(r"[(\[【〔]", "〔").str.replace_all(r"[)\]】〕]", "〕"),
        pl.col("penalty_category").str.replace_all(r"[;,]+", ";").str.strip_chars(";"),
    )
    bad = pl.any_horizontal(
        [pl.col(c).is_null() for c in REQUIRED] + [~credit_code(c) for c in CREDIT_CODES] + [~pl.col("subject_type").is_in(SUBJECTS)])
    typed = folded.with_columns(bad.alias("bad"), *[day(c).alias(c) for c in DATES], *[amount(c).alias(c) for c in AMOUNTS]).with_columns(
        (pl.col("bad").fill_null(True) | pl.col("decision_date").is_null() | pl.col("valid_until").is_null() | (pl.col("valid_until") < pl.col("decision_date"))).alias("bad"))
    everything = typed.collect(engine="streaming")
    good = everything.filter(~pl.col("bad")).drop("bad")
    types = {pl.Date: "Nullable(Date32)", pl.String: "Nullable(String)"}
    columns = []
    for name, kind in good.schema.items():
        sql = "Nullable(Decimal(18, 6))" if isinstance(kind, pl.Decimal) else types[type(kind) if not isinstance(kind, type) else kind]
        columns.append(f"{name} " + ("LowCardinality(Nullable(String))" if name in REPEATS else sql))
    client.command(f"DROP TABLE IF EXISTS {table} SYNC")
    client.command(f"CREATE TABLE {table} ({', '.join(columns)}) ENGINE = MergeTree ORDER BY tuple()")
    batch = 200_000
    for first in range(0, good.height, batch):
        client.insert_arrow(table, good.slice(first, batch).to_arrow(compat_level=pl.CompatLevel.oldest()))
    print(json.dumps({"rows": good.height, "refused": everything.height - good.height, "seconds": time.time() - begin}))


if __name__ == "__main__":
    main(*sys.argv[1:])
