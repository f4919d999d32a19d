"""What an analyst's client sees: reads the views over HTTP with clickhouse-connect and prints a JSON document.

Usage: analyst.py HOST PORT
"""

import json
import sys

import clickhouse_connect


def main():
    client = clickhouse_connect.get_client(host=sys.argv[1], port=int(sys.argv[2]), database="credit")
    rows = client.query("SELECT subject_name, fine_wanyuan, decision_date, penalty_category FROM admin_penalty"
                        " WHERE fine_wanyuan > 0 ORDER BY record_id LIMIT 5")
    sums = client.query("SELECT authority_name, count() AS n, sum(fine_wanyuan) AS fines FROM admin_penalty"
                        " WHERE decision_date >= {since:Date32} GROUP BY authority_name ORDER BY n DESC, authority_name",
                        parameters={"since": "2016-01-01"})
    described = client.query("DESCRIBE TABLE admin_penalty")
    name, comment = described.column_names.index("name"), described.column_names.index("comment")
    json.dump({
        "records": client.command("SELECT count() FROM admin_penalty"),
        "history": client.command("SELECT count() FROM admin_penalty_history"),
        "rows": [[str(v) for v in row] for row in rows.result_rows],
        "authorities": len(sums.result_rows),
        "counted": sum(row[1] for row in sums.result_rows),
        "comments": {row[name]: row[comment] for row in described.result_rows},
    }, sys.stdout, ensure_ascii=False)


main()
