package engine

import (
	"encoding/xml"
	"fmt"
	"path/filepath"
	"slices"
	"sort"
	"strings"
)

// Options say how an engine runs. The zero value is usable.
type Options struct {
	// TimeZone is the server's, as in "Asia/Shanghai"; empty leaves libchdb's own choice (the machine's).
	TimeZone string
	// Memory is the most that all queries together may use, in bytes; 0 means half of what the machine has.
	Memory uint64
	// Concurrency is how many statements run at once, further ones wait; 0 means 16. Four of them, at most half, are kept for
	// creditsync's own.
	Concurrency int
	// AllowFileFunctions lets statements read and write files and other servers (file(), url(), s3(), remote(), File and URL
	// tables, …). Only for trusted clients on this machine.
	AllowFileFunctions bool
	// Settings are further server settings by ClickHouse's names, as in "mark_cache_size". They win over the defaults here.
	Settings map[string]string
	// Profile are query settings that every session starts with, by ClickHouse's names.
	Profile map[string]string
}

// ownPlaces are kept for creditsync's statements, where there are twice as many.
const ownPlaces = 4

// guests is how many statements of others than creditsync run at once.
func (o Options) guests() int { return max(o.Concurrency-min(ownPlaces, o.Concurrency/2), 1) }

// serverDefaults bound the caches, whose defaults are made for machines that ClickHouse has for itself.
func serverDefaults(o Options, keep uint64) map[string]string {
	s := map[string]string{
		"mark_cache_size":          "536870912",
		"primary_index_cache_size": "268435456",
		"logger.level":             "warning",
		"storage_configuration.disks.default.keep_free_space_bytes": fmt.Sprint(keep),
	}
	if o.Memory > 0 {
		s["max_server_memory_usage"] = fmt.Sprint(o.Memory)
	} else {
		s["max_server_memory_usage_to_ram_ratio"] = "0.5"
	}
	for k, v := range o.Settings {
		s[k] = v
	}
	return s
}

// tableEngines are those that keep what they hold inside the data directory. Distributed and the queue and remote engines
// are not among them.
var tableEngines = [...]string{
	"MergeTree", "ReplacingMergeTree", "SummingMergeTree", "AggregatingMergeTree", "CollapsingMergeTree",
	"VersionedCollapsingMergeTree", "GraphiteMergeTree", "CoalescingMergeTree", "Memory", "Log", "TinyLog", "StripeLog", "Null", "Set",
	"Join", "Buffer", "Merge", "GenerateRandom",
}

// grants are what the engine's only user may do. Whatever reaches out of the data directory is left out, so that the
// engine's own access control refuses it; what that does not cover, forbidden does.
func grants(o Options) []string {
	if o.AllowFileFunctions {
		return []string{"GRANT ALL ON *.*"}
	}
	engines := make([]string, len(tableEngines))
	for i, e := range tableEngines {
		engines[i] = "TABLE ENGINE ON " + e
	}
	return []string{
		"GRANT CHECK, SHOW, SELECT, INSERT, ALTER, CREATE, DROP, UNDROP TABLE, TRUNCATE, OPTIMIZE, KILL QUERY, MOVE PARTITION BETWEEN SHARDS, dictGet ON *.*",
		"GRANT SYSTEM MERGES, SYSTEM TTL MERGES, SYSTEM FLUSH, SYSTEM DROP CACHE, SYSTEM SYNC REPLICA ON *.*",
		"REVOKE CREATE DICTIONARY ON *.*",
		"GRANT " + strings.Join(engines, ", "),
	}
}

// writeConfig writes the engine's two configuration files into dir and returns their paths.
func writeConfig(dir string, o Options, keep uint64) (server, users string, err error) {
	server, users = filepath.Join(dir, "config.xml"), filepath.Join(dir, "users.xml")
	if err := replace(server, []byte("<clickhouse>\n"+elements(serverDefaults(o, keep))+"</clickhouse>\n")); err != nil {
		return "", "", err
	}
	var b strings.Builder
	b.WriteString("<clickhouse>\n<profiles><default>\n" + elements(o.Profile) + "</default></profiles>\n<quotas><default/></quotas>\n")
	b.WriteString("<users><default><password></password><networks><ip>::/0</ip></networks><profile>default</profile><quota>default</quota>\n<grants>\n")
	for _, g := range grants(o) {
		b.WriteString("<query>" + escapeXML(g) + "</query>\n")
	}
	b.WriteString("</grants>\n</default></users>\n</clickhouse>\n")
	if err := replace(users, []byte(b.String())); err != nil {
		return "", "", err
	}
	return server, users, nil
}

// elements writes settings as XML, a dot in a name as nesting.
func elements(settings map[string]string) string {
	names := make([]string, 0, len(settings))
	for name := range settings {
		names = append(names, name)
	}
	sort.Strings(names)
	var b strings.Builder
	for _, name := range names {
		path := strings.Split(name, ".")
		for _, p := range path {
			b.WriteString("<" + p + ">")
		}
		b.WriteString(escapeXML(settings[name]))
		for _, p := range slices.Backward(path) {
			b.WriteString("</" + p + ">")
		}
		b.WriteString("\n")
	}
	return b.String()
}

func escapeXML(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a strings.Builder takes everything
	return b.String()
}
