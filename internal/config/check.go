package config

import (
	"fmt"
	"maps"
	"net"
	"net/netip"
	"slices"
	"sort"
	"strings"

	"creditsync/connectors"
	"creditsync/internal/fault"
)

// check holds the configuration against everything that is about more than one value. A value that was refused before
// is not judged again.
func (d *decoder) check(c *Config) {
	d.alternatives("warehouse", "embedded", "clickhouse")
	d.alternatives("bus", "embedded", "kafka")
	if d.has("ledger.postgres") {
		d.say("ledger.postgres", fault.T("这个版本还不支持 PostgreSQL 台账；请用 ledger: {sqlite: ledger.db}",
			"not available in this version; use ledger: {sqlite: ledger.db}"))
	}
	if e := c.Warehouse.Embedded; e != nil && c.Warehouse.ClickHouse == nil {
		d.open("warehouse.embedded.http", e.HTTP, e.Password)
		d.open("warehouse.embedded.native", e.Native, e.Password)
		if e.Memory > 0 && e.Memory < leastMemory {
			d.say("warehouse.embedded.memory", fault.T("太小：引擎打开它的表就需要内存，至少 256MiB", "too little: the engine needs memory to open its tables; at least 256MiB"))
		}
	}
	if ch := c.Warehouse.ClickHouse; ch != nil {
		d.clickhouse(ch)
	}
	if e := c.Bus.Embedded; e != nil && c.Bus.Kafka == nil {
		d.brokerOpen("bus.embedded.listen", e.Listen)
	}
	if k := c.Bus.Kafka; k != nil {
		d.kafka(k)
	}
	d.consoleOpen(&c.Console)
	d.calendar(&c.Calendar)
	d.alerts(&c.Alerts)
	d.distinct(c)
	d.pipelines(c.Pipelines)
}

// leastMemory is the least that the engine may be given, in bytes. Measured: below some 60 MB libchdb does not open the tables
// of all kinds.
const leastMemory = 256 << 20

// has reports whether the document has path.
func (d *decoder) has(path string) bool { _, ok := d.at[path]; return ok }

// written is what the file has at path, before anything was replaced; value where it has nothing there.
func (d *decoder) written(path, value string) string {
	if raw, ok := d.raw[path]; ok {
		return raw
	}
	return value
}

// say notes a problem at path, unless something is wrong there already.
func (d *decoder) say(path string, what fault.Text) {
	if !d.bad.under(path) {
		d.bad.add(d.place(path), path, what)
	}
}

// required notes that a key is missing, with the sentence that explains it.
func (d *decoder) required(path string) {
	if d.misspelt[path] {
		return // the key is there under a wrong name, which was said
	}
	what := fault.T("必须填写", "is required")
	if doc, ok := sentences()[generic(path)]; ok {
		what = and(what, fault.Text{ZH: "：" + doc.ZH, EN: ": " + doc.EN})
	}
	d.say(path, what)
}

// alternatives notes a section with more than one of its alternatives.
func (d *decoder) alternatives(section string, keys ...string) {
	var there []string
	for _, k := range keys {
		if d.has(section + "." + k) {
			there = append(there, k)
		}
	}
	if len(there) > 1 {
		d.bad.add(d.place(section+"."+there[1]), section, fault.T("%[1]s 和 %[2]s 只能有一个，请删掉另一个",
			"only one of %[1]s and %[2]s may be there; remove the other", there[0], there[1]))
	}
}

// open notes an address beyond this machine that anybody may connect to.
func (d *decoder) open(path, address string, password Secret) {
	if !beyond(address) || !password.Empty() {
		return
	}
	d.say(path, fault.T("%s 不是本机回环地址，任何人都能连接；请设置 warehouse.embedded.password，或改用 127.0.0.1",
		"%s is not a loopback address and anybody could connect; set warehouse.embedded.password or use 127.0.0.1", quote(d.written(path, address))))
}

// brokerOpen notes an address of the embedded broker beyond this machine: the broker has no password at all.
func (d *decoder) brokerOpen(path, address string) {
	if beyond(address) {
		d.say(path, fault.T("%s 不是本机回环地址，而内嵌的代理没有密码，任何人都能连接；请用 127.0.0.1，或用自己的 Kafka（bus.kafka）",
			"%s is not a loopback address and anybody could connect, as the embedded broker has no password; use 127.0.0.1, or a Kafka of your own (bus.kafka)", quote(d.written(path, address))))
	}
}

// beyond reports whether an address can be reached from other machines.
func beyond(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil || host == "localhost" {
		return false
	}
	ip, err := netip.ParseAddr(host)
	return err != nil || !ip.IsLoopback()
}

// clickhouse checks the address of a server and how to sign in.
func (d *decoder) clickhouse(ch *ClickHouse) {
	const at = "warehouse.clickhouse"
	u := ch.URL.Value()
	if u == nil {
		d.required(at + ".url")
	} else {
		if strings.Contains(strings.Trim(u.Path, "/"), "/") {
			d.say(at+".url", fault.T("地址的路径只能是一个数据库名，如 /credit", "the path of the address can only be one database, such as /credit"))
		}
		if u.User != nil && (d.has(at+".user") || d.has(at+".password")) {
			d.bad.add(d.place(at+".url"), at+".url", fault.T("地址里已有用户，又写了 user 或 password；请只留一处",
				"the address has a user, and there is user or password as well; keep one"))
		}
		if ch.TLS != nil && u.Scheme != "https" {
			d.say(at+".tls", fault.T("tls 只用于 https:// 的地址", "tls is for an https:// address only"))
		}
	}
	if d.has(at + ".cluster") {
		d.say(at+".cluster", fault.T("这个版本还不支持 ClickHouse 集群；请删掉 cluster，在 url 中写一台服务器",
			"not available in this version; remove cluster and name one server in url"))
	}
	d.tls(at+".tls", ch.TLS)
}

// kafka checks the brokers and how to sign in.
func (d *decoder) kafka(k *Kafka) {
	const at = "bus.kafka"
	if len(k.Brokers) == 0 {
		d.required(at + ".brokers")
	}
	for i, b := range k.Brokers {
		for j := range i {
			if b == k.Brokers[j] && b != "" {
				d.say(fmt.Sprintf("%s.brokers[%d]", at, i), fault.T("与 brokers[%d] 重复", "the same as brokers[%d]", j))
			}
		}
	}
	d.tls(at+".tls", k.TLS)
	if s := k.SASL; s != nil {
		if s.Mechanism == "" {
			d.required(at + ".sasl.mechanism")
		}
		if s.User == "" {
			d.required(at + ".sasl.user")
		}
		if s.Password.Empty() {
			d.required(at + ".sasl.password")
		}
	}
}

// tls checks that a certificate has its key.
func (d *decoder) tls(path string, t *TLS) {
	if t == nil {
		return
	}
	if t.Cert != "" && t.Key == "" {
		d.required(path + ".key")
	}
	if t.Key != "" && t.Cert == "" {
		d.required(path + ".cert")
	}
}

// distinct notes two parts that listen on the same address.
func (d *decoder) distinct(c *Config) {
	type part struct{ path, address string }
	parts := []part{{"console.listen", c.Console.Listen}}
	if e := c.Warehouse.Embedded; e != nil && c.Warehouse.ClickHouse == nil {
		parts = append(parts, part{"warehouse.embedded.http", e.HTTP}, part{"warehouse.embedded.native", e.Native})
	}
	if e := c.Bus.Embedded; e != nil && c.Bus.Kafka == nil {
		parts = append(parts, part{"bus.embedded.listen", e.Listen})
	}
	// What the file says is judged against what it does not say, never the other way round.
	sort.SliceStable(parts, func(i, j int) bool { return !d.has(parts[i].path) && d.has(parts[j].path) })
	for i, p := range parts {
		for _, q := range parts[:i] {
			if p.address == q.address && !strings.HasSuffix(p.address, ":0") {
				d.say(p.path, fault.T("%[1]s 已被 %[2]s 使用；请换一个端口", "%[1]s is used by %[2]s; take another port", d.written(p.path, p.address), q.path))
				break
			}
		}
	}
}

// pipelines checks each pipeline and that their names differ.
func (d *decoder) pipelines(all []Pipeline) {
	seen := map[string]int{}
	for i := range all {
		p, path := &all[i], fmt.Sprintf("pipelines[%d]", i)
		if !d.has(path) || d.bad.exactly(path) {
			continue // refused as a whole
		}
		first, twice := seen[p.Name]
		switch {
		case p.Name == "":
			d.required(path + ".name")
		case twice:
			d.say(path+".name", fault.T("名称 %[1]s 与 pipelines[%[2]d]（第 %[3]d 行）重复；名称必须各不相同",
				"%[1]s is the name of pipelines[%[2]d] (line %[3]d) too; names must differ",
				quote(d.written(path+".name", p.Name)), first, d.place(fmt.Sprintf("pipelines[%d].name", first)).line))
		default:
			seen[p.Name] = i
		}
		d.pipeline(p, path)
	}
}

// pipeline checks one pipeline against what is known.
func (d *decoder) pipeline(p *Pipeline, path string) {
	d.kind(p, path)
	if !d.has(path + ".source") {
		d.required(path + ".source")
	} else if def, ok := d.known.Sources[p.SourceType]; ok && !def.Serves(p.Mode) {
		modes := make([]string, len(def.Modes))
		for i, m := range def.Modes {
			modes[i] = string(m)
		}
		d.say(path+".mode", and(fault.T("来源 %[1]s 不支持 %[2]s；应为 ", "a source of type %[1]s cannot serve %[2]s; must be ",
			p.SourceType, string(p.Mode)), oneOf(modes)))
	} else if m, ok := p.Options.(connectors.Moded); ok {
		if err := m.Suits(p.Mode); err != nil {
			d.say(path+".source", sentence(err))
		}
	}
	d.schedule(p, path)
}

// kind checks the record kind and the fields of the map.
func (d *decoder) kind(p *Pipeline, path string) {
	names := slices.Sorted(maps.Keys(d.known.Kinds))
	columns, ok := d.known.Kinds[p.Kind]
	switch {
	case !d.has(path + ".kind"):
		d.required(path + ".kind")
	case !ok:
		d.say(path+".kind", and(fault.T("没有这种记录：%s", "unknown record kind %s", quote(d.raw[path+".kind"])), instead(p.Kind, names)))
	}
	for _, field := range slices.Sorted(maps.Keys(p.Map)) {
		column, at := p.Map[field], join(path+".map", field)
		if strings.TrimSpace(column) == "" {
			d.say(at, fault.T("缺少来源列名", "the name of the source column is missing"))
		}
		if ok && !slices.Contains(columns, field) {
			d.say(at, and(fault.T("%[1]s 没有字段 %[2]s", "%[1]s has no field %[2]s", p.Kind, quote(field)), meant(nearest(field, columns)),
				d.swapped(columns, column, field)))
		}
	}
}

// swapped says so where a map was written the other way round.
func (d *decoder) swapped(columns []string, column, field string) fault.Text {
	if !slices.Contains(columns, column) {
		return fault.Text{}
	}
	return fault.T("；应写成“字段: 来源列”，即 %[1]s: %[2]s", "; write field: source column, that is %[1]s: %[2]s", column, field)
}
