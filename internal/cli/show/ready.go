package show

import (
	"maps"
	"slices"
)

// Ready says where a server that runs in the foreground listens: protocol → address.
func (p Printer) Ready(what string, addresses map[string]string) []byte {
	g := p.page()
	g.line("%s", g.paint(green, g.sayf("%s 已就绪，Ctrl-C 停止", "%s is ready; Ctrl-C stops it", what)))
	t := table{}
	for _, name := range slices.Sorted(maps.Keys(addresses)) {
		t.add(name, addresses[name])
	}
	t.write(g, "  ")
	return g.Bytes()
}
