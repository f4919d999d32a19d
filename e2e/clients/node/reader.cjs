// What Node's @clickhouse/client sees of a synced site, as a JSON document.
//
// Usage: node reader.cjs HOST HTTP-PORT
'use strict'
const { createClient } = require('@clickhouse/client')

const ECHO = "O'Neil \\ 行政\n处罚\t。"
const running = `SELECT count() AS n FROM system.processes WHERE query LIKE '%ignore(''node'')%' AND query NOT LIKE '%processes%'`

async function main() {
  const [host, port] = process.argv.slice(2)
  const client = createClient({ url: `http://${host}:${port}`, compression: { response: true }, request_timeout: 300000, clickhouse_settings: { output_format_json_quote_decimals: 1 } })
  const rows = async (query, query_params) => (await client.query({ query, query_params, format: 'JSONCompactEachRow' })).json()

  const out = {}
  out.rows = (await rows(`SELECT record_id, subject_name, decision_date, toDecimalString(fine_wanyuan, 6), splitByString('〔', decision_no), toUnixTimestamp64Milli(ingested_at)
    FROM credit.admin_penalty ORDER BY record_id LIMIT 50`)).map((r) => [...r.slice(0, 5), Number(r[5])])
  const [counted] = await rows('SELECT count(), {echo:String} FROM credit.admin_penalty WHERE decision_date >= {since:Date32} AND subject_name != {echo:String}', {
    echo: ECHO,
    since: '2016-01-01',
  })
  out.counted = Number(counted[0])
  out.echo = counted[1]
  try {
    await rows('SELECT * FROM credit.nothing')
  } catch (e) {
    out.exception = `Code: ${e.code}. ${e.message}`
  }
  await client.command({
    query: 'CREATE TABLE scratch.node (id UInt32, name String, day Date32, amount Decimal(18, 6), note Nullable(String), list Array(String)) ENGINE = MergeTree ORDER BY id',
  })
  await client.insert({
    table: 'scratch.node',
    format: 'JSONEachRow',
    values: [
      { id: 1, name: '第一行', day: '2024-02-29', amount: '1.000001', note: null, list: ['甲', '乙'] },
      { id: 2, name: "it's \\ \t", day: '1931-01-01', amount: '-0.5', note: 'x', list: [] },
      { id: 3, name: '', day: '2099-12-31', amount: '123456789012.345678', note: null, list: [''] },
    ],
  })

  const abort = new AbortController()
  const long = client
    .query({ query: "SELECT count() FROM numbers(100000000000000) WHERE NOT ignore('node') SETTINGS max_threads = 1", abort_signal: abort.signal })
    .then(() => false, () => true)
  for (const deadline = Date.now() + 240000; Number((await rows(running))[0][0]) === 0; ) {
    if (Date.now() > deadline) throw new Error('the long query is not running')
    await new Promise((r) => setTimeout(r, 20))
  }
  abort.abort()
  out.cancelled = await long
  await client.close()
  process.stdout.write(JSON.stringify(out))
}

main().catch((e) => {
  console.error(e)
  process.exit(1)
})
