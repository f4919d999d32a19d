package show

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"time"
)

// encode writes one JSON document that ends with a line break. Chinese, < and & stay as they are.
func encode(v any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		panic(fmt.Sprintf("show: %v", err)) // documents are made of texts, numbers and lists of them
	}
	return b.Bytes()
}

// Failure is the document of a command that ended before it had anything to say, beside `run`.
func (p Printer) Failure(err error) []byte {
	return encode(struct {
		Error *Problem `json:"error"`
	}{p.NewProblem(err)})
}

// milli rounds seconds to milliseconds. What is not a number is 0, for JSON has no sign for it.
func milli(s float64) float64 {
	if math.IsNaN(s) || math.IsInf(s, 0) {
		return 0
	}
	return math.Round(s*1000) / 1000
}

// moment is a time in a document (RFC 3339 with the zone's offset); null for the zero time.
func (p Printer) moment(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	if p.Zone != nil {
		t = t.In(p.Zone)
	}
	s := t.Format("2006-01-02T15:04:05.000Z07:00")
	return &s
}

// list is l, or an empty list for nil: documents hold lists, never null.
func list[T any](l []T) []T {
	if l == nil {
		return []T{}
	}
	return l
}
