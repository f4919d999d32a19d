"""What Python's clients see of a synced site, as a JSON document.

Usage: reader.py connect|driver HOST HTTP-PORT NATIVE-PORT
"""

import datetime
import decimal
import json
import sys
import threading
import time

import clickhouse_connect
import clickhouse_driver
from clickhouse_connect.driver.exceptions import DatabaseError

ECHO = "O'Neil \\ 行政\n处罚\t。"
VIEW = ("SELECT record_id, subject_name, decision_date, fine_wanyuan, splitByString('〔', decision_no), ingested_at"
        " FROM credit.admin_penalty ORDER BY record_id LIMIT 50")
COUNT = "SELECT count(), {echo:String} FROM credit.admin_penalty WHERE decision_date >= {since:Date32} AND subject_name != {echo:String}"
ROWS = [
    [1, "第一行", datetime.date(2024, 2, 29), decimal.Decimal("1.000001"), None, ["甲", "乙"]],
    [2, "it's \\ \t", datetime.date(1931, 1, 1), decimal.Decimal("-0.5"), "x", []],
    [3, "", datetime.date(2099, 12, 31), decimal.Decimal("123456789012.345678"), None, [""]],
]


def plain(row):
    """A row in the form that all clients print."""
    return [row[0], row[1], row[2].isoformat(), None if row[3] is None else f"{row[3]:.6f}", list(row[4]), round(row[5].timestamp() * 1000)]


def table(name):
    return (f"CREATE TABLE scratch.{name} (id UInt32, name String, day Date32, amount Decimal(18, 6), note Nullable(String), list Array(String))"
            " ENGINE = MergeTree ORDER BY id")


def endless(name):
    return f"SELECT count() FROM numbers(100000000000000) WHERE NOT ignore('{name}') SETTINGS max_threads = 1"


def until_it_runs(name, ask):
    """Waits until the endless query of a client can be seen."""
    deadline = time.monotonic() + 240
    while not ask(f"SELECT count() FROM system.processes WHERE query LIKE '%ignore(''{name}'')%' AND query NOT LIKE '%processes%'"):
        if time.monotonic() > deadline:
            raise TimeoutError("the long query is not running")
        time.sleep(0.02)


def connect(host, http, _native):
    def new():
        return clickhouse_connect.get_client(host=host, port=http)

    client = new()
    out = {"rows": [plain(row) for row in client.query(VIEW).result_rows]}
    out["counted"], out["echo"] = client.query(COUNT, parameters={"echo": ECHO, "since": datetime.date(2016, 1, 1)}).result_rows[0]
    try:
        client.query("SELECT * FROM credit.nothing")
    except DatabaseError as e:
        out["exception"] = str(e)
    client.command(table("connect"))
    client.insert("scratch.connect", ROWS, column_names=["id", "name", "day", "amount", "note", "list"])
    ended = []

    def long():
        try:
            new().query(endless("connect"), settings={"query_id": "endless-connect"})
        except DatabaseError as e:
            ended.append(str(e))

    thread = threading.Thread(target=long)
    thread.start()
    until_it_runs("connect", client.command)
    client.command("KILL QUERY WHERE query_id = 'endless-connect'")
    thread.join(240)
    out["cancelled"] = bool(ended) and "394" in ended[0]
    return out


def driver(host, _http, native):
    client = clickhouse_driver.Client(host, port=native, compression="lz4", settings={"server_side_params": True})
    out = {"rows": [plain(row) for row in client.execute(VIEW)]}
    out["counted"], out["echo"] = client.execute(COUNT, {"echo": ECHO, "since": datetime.date(2016, 1, 1)})[0]
    try:
        client.execute("SELECT * FROM credit.nothing")
    except clickhouse_driver.errors.ServerException as e:
        out["exception"] = f"Code: {e.code}. {e.message}"
    client.execute(table("driver"))
    client.execute("INSERT INTO scratch.driver (id, name, day, amount, note, list) VALUES", ROWS)
    other = clickhouse_driver.Client(host, port=native)
    progress = client.execute_with_progress(endless("driver"))
    until_it_runs("driver", lambda sql: other.execute(sql)[0][0])
    next(iter(progress))
    client.cancel()
    out["cancelled"] = client.execute("SELECT 1") == [(1,)]
    return out


if __name__ == "__main__":
    which = {"connect": connect, "driver": driver}[sys.argv[1]]
    json.dump(which(sys.argv[2], int(sys.argv[3]), int(sys.argv[4])), sys.stdout, ensure_ascii=False)
