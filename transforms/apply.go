package transforms

import (
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"creditsync/schemas"
	"creditsync/transforms/cndate"
	"creditsync/transforms/fold"
)

// Transformer turns batches of one source into batches of one kind. It is safe for concurrent use: several batches may be
// applied at once.
type Transformer struct {
	opt    Options
	names  *names
	plans  []fieldPlan
	order  []int
	cross  crossPlan
	key    keyPlan
	terms  []term
	schema *arrow.Schema
	refuse *arrow.Schema
	seals  sealPlan
	bound  atomic.Pointer[boundSchema]

	mu   sync.Mutex
	free []*batch // as many as were ever applied at once; a sync.Pool would lose their buffers at every collection
}

// boundSchema is the binding of the batches that share a schema.
type boundSchema struct {
	schema  *arrow.Schema
	binding *binding
}

// New prepares the transformation of a source into a kind. An error is a mistake of the program or of the mapping: a field
// that the kind does not have.
func New(o Options) (*Transformer, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	o.Protect.complete()
	if o.Alloc == nil {
		o.Alloc = memory.DefaultAllocator
	}
	t := &Transformer{opt: o, schema: o.Kind.Arrow(), refuse: schemas.RejectArrow()}
	var err error
	if t.names, err = newNames(o.Kind); err != nil {
		return nil, err
	}
	if t.plans, t.order, err = newPlans(&o); err != nil {
		return nil, err
	}
	if t.cross, err = newCrossPlan(o.Kind); err != nil {
		return nil, err
	}
	t.key = newKeyPlan(o.Kind)
	t.terms = newTerms(o.Kind)
	t.seals = newSealPlan(&o)
	return t, nil
}

// Bind reports whether the headers of a source fit the kind; the error is a *BindError.
func (t *Transformer) Bind(headers []string) error {
	_, err := bind(t.opt.Kind, t.names, t.opt.Map, t.opt.Receipt, headers)
	return err
}

// Unmapped are the headers that name no field, in their order: columns that are not carried over. Of headers that do not
// fit (see Bind) there are none.
func (t *Transformer) Unmapped(headers []string) []string {
	b, err := bind(t.opt.Kind, t.names, t.opt.Map, t.opt.Receipt, headers)
	if err != nil {
		return nil
	}
	var out []string
	for c, f := range b.fieldOf {
		if f < 0 && c != b.receipt {
			out = append(out, b.shown[c])
		}
	}
	return out
}

// Columns are the source columns of the fields that have one: field name → header. The error is a *BindError.
func (t *Transformer) Columns(headers []string) (map[string]string, error) {
	b, err := bind(t.opt.Kind, t.names, t.opt.Map, t.opt.Receipt, headers)
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for f, c := range b.column {
		if c >= 0 {
			out[t.opt.Kind.Fields[f].Name] = b.shown[c]
		}
	}
	return out, nil
}

// Apply transforms one batch. The same batch comes to the same output always, whatever batches come before or beside it
// (I2). An error is a *BindError where the headers do not fit, or a mistake of the caller.
func (t *Transformer) Apply(in Input) (*Output, error) {
	bound, err := t.bindingOf(in.Rows.Schema())
	if err != nil {
		return nil, err
	}
	if in.Refs == nil || int64(in.Refs.Len()) != in.Rows.NumRows() {
		return nil, fmt.Errorf("transforms: %d rows without as many references", in.Rows.NumRows())
	}
	b := t.take()
	defer t.give(b)
	if err := b.start(in, bound); err != nil {
		return nil, err
	}
	b.restore()
	b.read()
	b.judge()
	b.identify()
	return b.output()
}

// take is a batch that nobody uses.
func (t *Transformer) take() *batch {
	t.mu.Lock()
	defer t.mu.Unlock()
	if n := len(t.free); n > 0 {
		b := t.free[n-1]
		t.free = t.free[:n-1]
		return b
	}
	return newBatch(t)
}

// give takes a batch back that take gave.
func (t *Transformer) give(b *batch) {
	b.done()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.free = append(t.free, b)
}

// bindingOf binds the columns of a schema. The batches of one input share it, so the last one is kept.
func (t *Transformer) bindingOf(s *arrow.Schema) (*binding, error) {
	if last := t.bound.Load(); last != nil && last.schema == s {
		return last.binding, nil
	}
	headers := make([]string, s.NumFields())
	for i, f := range s.Fields() {
		headers[i] = f.Name
	}
	b, err := bind(t.opt.Kind, t.names, t.opt.Map, t.opt.Receipt, headers)
	if err != nil {
		return nil, err
	}
	t.bound.Store(&boundSchema{s, b})
	return b, nil
}

// batch is what one Apply works in. It is kept for the next one, its buffers with it.
type batch struct {
	t       *Transformer
	in      Input
	bound   *binding
	rows    int
	today   cndate.Day
	sources []source   // by source column
	routed  []source   // by field: its cells of a mixed column; nil before they are told apart
	cols    []column   // by field
	sum     []uint64   // by row: Σ of the fields' hashes
	bad     []bool     // by row: a violation was found
	warned  []uint32   // by row: bits of warnings
	ids     [][16]byte // by row: the record, zero where it cannot be told
	index   [][16]byte // by row: the blind index of the field that is built
	kept    []span     // the runs of accepted rows
	out     Output

	many                       gathered // what is identified or sealed together
	foldTo, codeTo, num, keyTo []byte   // scratch of one cell
	full                       [32]byte // a blind index before it is cut
	spans                      []span
	visit                      func(from, to int)
	arena                      []byte
	gather, mask               []byte
	inner                      []int32
	raw, show, seal            []byte // of one refused row: its cells, masked, sealed
	cells                      []rawCell
	found                      []violation
	names                      []string
	restored                   []*array.String // columns of our own making, released with the batch
}

func newBatch(t *Transformer) *batch {
	b := &batch{t: t, foldTo: make([]byte, 0, 4096), codeTo: make([]byte, 0, 64), cols: make([]column, len(t.plans))}
	b.visit = func(from, to int) { b.spans = append(b.spans, span{from, to}) }
	for i := range b.cols {
		b.cols[i].field, b.cols[i].plan = t.plans[i].field, &t.plans[i]
		switch t.plans[i].field.Type {
		case schemas.Date, schemas.Money, schemas.Count:
			b.cols[i].hashes = newHashCache()
		}
	}
	return b
}

// start takes the batch up.
func (b *batch) start(in Input, bound *binding) error {
	b.in, b.bound, b.rows, b.today = in, bound, int(in.Rows.NumRows()), b.t.opt.Today()
	b.sources = b.sources[:0]
	for i, col := range in.Rows.Columns() {
		s, ok := isText(col)
		if !ok {
			return fmt.Errorf("transforms: column %q is of type %s, not utf8", bound.headers[i], col.DataType())
		}
		b.sources = append(b.sources, newSource(s))
	}
	b.sum, b.bad, b.warned = zeroed(b.sum, b.rows), zeroed(b.bad, b.rows), zeroed(b.warned, b.rows)
	b.ids = zeroed(b.ids, b.rows)
	b.kept, b.arena = b.kept[:0], b.arena[:0]
	b.out = Output{Warnings: map[string]uint64{}, Rules: map[string]uint64{}}
	return nil
}

// done lets go of the batch's records, so that they are not held until the next one.
func (b *batch) done() {
	b.in, b.bound, b.out = Input{}, nil, Output{}
	clear(b.sources)
	clear(b.routed)
	for i := range b.cols {
		b.cols[i].done()
	}
	for _, a := range b.restored {
		a.Release()
	}
	clear(b.restored)
	b.restored = b.restored[:0]
}

// read folds and checks every column: the subject's type first, which says whose the cells of a mixed column are.
func (b *batch) read() {
	b.routed = nil
	for n, f := range b.t.order {
		c := &b.cols[f]
		c.start(b.sourceOf(f), b.rows)
		b.fillDefault(f)
		c.plan.read(b, c)
		if n == 0 && len(b.t.opt.Kind.Mixed) > 0 {
			b.route()
		}
	}
}

// fillDefault gives a field without a column the value that the source's generation implies.
func (b *batch) fillDefault(f int) {
	c := &b.cols[f]
	for _, d := range b.bound.defaults {
		if d.field != f {
			continue
		}
		pick := b.pick(c, []byte(d.value))
		for i := range b.rows {
			if d.when < 0 || isThere(b.sourceOf(d.when).raw(i)) {
				b.putChoice(c, i, pick)
			}
		}
	}
}

// isThere reports that a cell of a code, a number or a name says something.
func isThere(raw []byte) bool {
	v := fold.Trim(raw)
	return !fold.IsNull(v) && !fold.IsPlaceholder(v)
}

// keep copies v to memory that lasts as long as the batch.
func (b *batch) keep(v []byte) []byte {
	from := len(b.arena)
	b.arena = append(b.arena, v...)
	return b.arena[from:len(b.arena):len(b.arena)]
}

// place is the place of row i, the order of the source.
func (b *batch) place(i int) uint64 { return uint64(b.in.BatchNo)<<32 | uint64(i) }
