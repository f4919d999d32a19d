package engine

import (
	"fmt"
	"runtime"
	"unsafe"

	"github.com/ebitengine/purego"
)

// binding is libchdb's C interface, one field for each symbol that is used. Handles are opaque addresses in C's memory.
//
// Every call may block its OS thread for as long as a query takes; the Go runtime starts others meanwhile.
type binding struct {
	connect      func(argc int32, argv **byte) *uintptr
	closeConn    func(conn *uintptr)
	query        func(conn uintptr, sql *byte, n uintptr, format *byte, fn uintptr, names **byte, nameLens *uintptr, values **byte, valueLens *uintptr, count uintptr) uintptr
	streamQuery  func(conn uintptr, sql *byte, n uintptr, format *byte, fn uintptr, names **byte, nameLens *uintptr, values **byte, valueLens *uintptr, count uintptr) uintptr
	fetch        func(conn, stream uintptr) uintptr
	cancelQuery  func(conn, stream uintptr)
	insert       func(conn uintptr, sql *byte, n uintptr, format *byte, fn uintptr, names **byte, nameLens *uintptr, values **byte, valueLens *uintptr, count uintptr) uintptr
	appendInsert func(stream uintptr, data *byte, n uintptr) int32
	doneInsert   func(stream uintptr) uintptr
	cancelInsert func(stream uintptr)
	freeInsert   func(stream uintptr)
	insertError  func(stream uintptr) *byte
	classify     func(conn uintptr, sql *byte, n uintptr, target *byte, tn uintptr, out *analysis) int32
	buffer       func(result uintptr) *byte
	length       func(result uintptr) uintptr
	resultError  func(result uintptr) *byte
	rowsRead     func(result uintptr) uint64
	bytesRead    func(result uintptr) uint64
	storageRows  func(result uintptr) uint64
	storageBytes func(result uintptr) uint64
	rowsWritten  func(result uintptr) uint64
	bytesWritten func(result uintptr) uint64
	free         func(result uintptr)
	signals      func(enabled int32)
}

// analysis is libchdb's chdb_query_analysis_v1.
type analysis struct {
	structSize     uint32
	statementCount uint32
	_              uint32 // flags
	class          uint32
}

// bind opens the library and finds its symbols. It changes no signal handler.
func bind(path string) (b *binding, err error) {
	lib, err := purego.Dlopen(path, purego.RTLD_NOW|purego.RTLD_LOCAL)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	b = &binding{}
	for _, s := range []struct {
		name string
		fn   any
	}{
		{"chdb_connect", &b.connect}, {"chdb_close_conn", &b.closeConn},
		{"chdb_query_with_params_n", &b.query}, {"chdb_stream_query_with_params_n", &b.streamQuery},
		{"chdb_stream_fetch_result", &b.fetch}, {"chdb_stream_cancel_query", &b.cancelQuery},
		{"chdb_stream_insert_with_params_n", &b.insert}, {"chdb_stream_append", &b.appendInsert},
		{"chdb_stream_done", &b.doneInsert}, {"chdb_stream_cancel_insert", &b.cancelInsert},
		{"chdb_destroy_insert_stream", &b.freeInsert}, {"chdb_stream_insert_error", &b.insertError},
		{"chdb_classify_query_n", &b.classify},
		{"chdb_result_buffer", &b.buffer}, {"chdb_result_length", &b.length}, {"chdb_result_error", &b.resultError},
		{"chdb_result_rows_read", &b.rowsRead}, {"chdb_result_bytes_read", &b.bytesRead},
		{"chdb_result_storage_rows_read", &b.storageRows}, {"chdb_result_storage_bytes_read", &b.storageBytes},
		{"chdb_result_rows_written", &b.rowsWritten}, {"chdb_result_bytes_written", &b.bytesWritten},
		{"chdb_destroy_query_result", &b.free}, {"chdb_set_signal_handlers_enabled", &b.signals},
	} {
		address, err := purego.Dlsym(lib, s.name)
		if err != nil {
			return nil, fmt.Errorf("%s has no %s: %w", path, s.name, err)
		}
		purego.RegisterFunc(s.fn, address)
	}
	return b, nil
}

// setenv sets a variable in C's environment, which the library reads and which is not Go's.
func setenv(name, value string) error {
	address, err := purego.Dlsym(purego.RTLD_DEFAULT, "setenv")
	if err != nil {
		return fmt.Errorf("find setenv: %w", err)
	}
	var set func(name, value string, overwrite int32) int32
	purego.RegisterFunc(&set, address)
	if set(name, value, 1) != 0 {
		return fmt.Errorf("set %s=%q in C's environment", name, value)
	}
	return nil
}

// argv is C's argument vector for args. It must be kept alive by the caller until the call has returned.
func argv(args []string) []*byte {
	v := make([]*byte, 0, len(args)+1)
	for _, a := range args {
		v = append(v, &append([]byte(a), 0)[0])
	}
	return append(v, nil)
}

// cstring copies a C string; "" for NULL.
func cstring(p *byte) string {
	if p == nil {
		return ""
	}
	n := 0
	for *(*byte)(unsafe.Add(unsafe.Pointer(p), n)) != 0 {
		n++
	}
	return string(unsafe.Slice(p, n))
}

// Param is one server-side parameter: the value of {Name:Type} in the statement, in ClickHouse's escaped text form.
type Param struct{ Name, Value string }

// arrays are parameters in the form that C takes.
type arrays struct {
	names, values       []*byte
	nameLens, valueLens []uintptr
}

func arraysOf(params []Param) *arrays {
	a := &arrays{}
	for _, p := range params {
		a.names, a.nameLens = append(a.names, bytePointer(p.Name)), append(a.nameLens, uintptr(len(p.Name)))
		a.values, a.valueLens = append(a.values, bytePointer(p.Value)), append(a.valueLens, uintptr(len(p.Value)))
	}
	return a
}

// call runs one of the three functions that take a statement, an output or input format and parameters.
func (b *binding) call(f func(uintptr, *byte, uintptr, *byte, uintptr, **byte, *uintptr, **byte, *uintptr, uintptr) uintptr,
	conn uintptr, sql, format string, params []Param) uintptr {
	a := arraysOf(params)
	var names, values **byte
	var nameLens, valueLens *uintptr
	if len(params) > 0 {
		names, values, nameLens, valueLens = &a.names[0], &a.values[0], &a.nameLens[0], &a.valueLens[0]
	}
	r := f(conn, bytePointer(sql), uintptr(len(sql)), bytePointer(format), uintptr(len(format)),
		names, nameLens, values, valueLens, uintptr(len(params)))
	runtime.KeepAlive(a)
	runtime.KeepAlive(sql)
	runtime.KeepAlive(format)
	return r
}

// bytePointer is the address of s for C; of an empty string, that of a NUL.
func bytePointer(s string) *byte {
	if s == "" {
		return &[]byte{0}[0]
	}
	return unsafe.StringData(s)
}
