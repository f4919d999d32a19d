package native

import (
	"fmt"

	"github.com/ClickHouse/ch-go/proto"

	"creditsync/internal/engine"
)

// hello is what a client says first.
type hello struct {
	name                     string
	revision                 int
	database, user, password string
}

// hello reads the packet behind its code.
func (w *wire) hello() (h hello, err error) {
	w.begin(8 * maxText)
	defer w.end()
	h.name = w.text("The client's name", maxText)
	w.uvarint() // the client's version
	w.uvarint()
	revision := w.uvarint()
	h.database, h.user, h.password = w.text("The database's name", maxText), w.text("The user's name", maxText), w.text("The password", maxText)
	if w.err == nil && (revision < oldest || revision > 1<<31) {
		w.fail(&errPacket{fmt.Sprintf("The client speaks revision %d of the protocol; the embedded engine needs %d or newer: take a client of 2020 or later, or HTTP.", revision, oldest)})
	}
	h.revision = min(int(min(revision, 1<<31)), newest)
	return h, w.err
}

// query is what a client asks for.
type query struct {
	engine.Query
	compressed bool
	method     string // how the answer is compressed
}

// query reads the packet behind its code, up to the blocks that follow it. Its bytes count until end.
func (w *wire) query(revision int) (q query, err error) {
	w.begin(maxPacket)
	q.ID = w.text("The query's id", maxText)
	w.client(revision)
	w.settings(&q)
	if proto.FeatureInterServerSecret.In(revision) {
		if w.text("The secret", maxText) != "" {
			w.fail(&errPacket{"The embedded engine is no member of a cluster and takes no queries from servers."})
		}
	}
	if stage := w.uvarint(); w.err == nil && proto.Stage(stage) != proto.StageComplete {
		w.fail(&errPacket{"The embedded engine runs queries to their end only, and not to a stage of theirs."})
	}
	q.compressed = w.uvarint() != 0
	q.Text = w.text("The query", maxPacket)
	if proto.FeatureParameters.In(revision) {
		for name, value, _ := w.setting(); name != ""; name, value, _ = w.setting() {
			if q.Params = append(q.Params, engine.Param{Name: name, Value: engine.Unquote(value)}); len(q.Params) > maxSettings {
				w.fail(&errPacket{fmt.Sprintf("There are more than %d parameters.", maxSettings)})
			}
		}
	}
	return q, w.err
}

// client reads what the client says of itself; nothing of it is used.
func (w *wire) client(revision int) {
	if w.byte() == byte(proto.ClientQueryNone) || w.err != nil {
		return
	}
	for range 3 {
		w.text("A name", maxText) // of the user, the query, the address at which it began
	}
	if proto.FeatureQueryStartTime.In(revision) {
		w.fixed(8)
	}
	if kind := w.byte(); w.err == nil && proto.Interface(kind) != proto.InterfaceTCP {
		w.fail(&errPacket{"The client names another interface than TCP."})
	}
	for range 3 {
		w.text("A name", maxText) // of the machine's user, the machine, the program
	}
	for range 3 {
		w.uvarint() // version and revision
	}
	w.text("The quota's key", maxText)
	if proto.FeatureDistributedDepth.In(revision) {
		w.uvarint()
	}
	w.uvarint() // the version's patch
	if proto.FeatureOpenTelemetry.In(revision) && w.byte() != 0 {
		w.fixed(24)
		w.text("The trace's state", maxText)
		w.byte()
	}
	if proto.FeatureParallelReplicas.In(revision) {
		for range 3 {
			w.uvarint()
		}
	}
}

func (w *wire) settings(q *query) {
	for name, value, flags := w.setting(); name != ""; name, value, flags = w.setting() {
		if flags&2 != 0 { // a custom one
			value = engine.Unquote(value)
		}
		if name == "network_compression_method" {
			q.method = value
		}
		if q.Settings = append(q.Settings, engine.Setting{Name: name, Value: value, Important: flags&3 != 0}); len(q.Settings) > maxSettings {
			w.fail(&errPacket{fmt.Sprintf("There are more than %d settings.", maxSettings)})
		}
	}
}

// setting reads one setting; without a name it ends the list, as after an error.
func (w *wire) setting() (name, value string, flags uint64) {
	if name = w.text("A setting's name", maxText); name == "" {
		return "", "", 0
	}
	flags = w.uvarint()
	value = w.text("The value of "+name, maxPacket)
	if w.err != nil {
		return "", "", 0
	}
	return name, value, flags
}
