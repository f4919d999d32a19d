package warehouse

import (
	"context"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"creditsync/schemas"
)

// Version is one committed version of a record as people read it: values as text, personal identifiers masked.
type Version struct {
	RecordID   string // hexadecimal
	Seq        uint64
	Version    uint32
	Op, Status string
	RunNo      uint64
	CommitNo   uint64
	Pipeline   string
	SourceRef  string
	IngestedAt time.Time
	Changed    []string
	Warnings   []string
	Values     []string // in the order of the kind's fields; "" where absent
}

// History is the committed versions of the record whose hexadecimal id begins with prefix, oldest first. More than one
// record may begin so; the caller looks.
func (w *Warehouse) History(ctx context.Context, k *schemas.Kind, prefix string) ([]Version, error) {
	values := make([]string, len(k.Fields))
	for i := range k.Fields {
		values[i] = asText(&k.Fields[i])
	}
	low, high := bounds(prefix)
	sql := fmt.Sprintf(`SELECT lower(hex(record_id)), seq, version, toString(op), toString(status), run_no, commit_no, toString(pipeline), source_ref, ingested_at, changed, warnings, [%s]
FROM %s WHERE record_id >= unhex('%s') AND record_id <= unhex('%s') AND commit_no IN (SELECT commit_no FROM %s.commits WHERE kind = %s) ORDER BY record_id, version LIMIT 10000`,
		strings.Join(values, ", "), table(k, "versions"), low, high, Database, quote(k.Name))
	rows, err := w.conn.Query(ctx, sql)
	if err != nil {
		return nil, w.classed("read the versions of a record", err)
	}
	defer rows.Close()
	var list []Version
	for rows.Next() {
		var v Version
		if err := rows.Scan(&v.RecordID, &v.Seq, &v.Version, &v.Op, &v.Status, &v.RunNo, &v.CommitNo, &v.Pipeline, &v.SourceRef, &v.IngestedAt, &v.Changed, &v.Warnings, &v.Values); err != nil {
			return nil, w.classed("read the versions of a record", err)
		}
		list = append(list, v)
	}
	return list, w.classed("read the versions of a record", rows.Err())
}

// asText is a field's value as messages write it, the empty text where it is absent: an amount with all its places.
func asText(f *schemas.Field) string {
	text := "toString(" + f.Name + ")"
	switch f.Type {
	case schemas.Choices:
		return "arrayStringConcat(" + f.Name + ", '；')"
	case schemas.Money:
		text = fmt.Sprintf("toDecimalString(%s, %d)", f.Name, f.Scale())
	}
	if f.Nullable() {
		return "ifNull(" + text + ", '')"
	}
	return text
}

// bounds are the lowest and highest id with a hexadecimal prefix.
func bounds(prefix string) (low, high string) {
	prefix = strings.ToLower(prefix)
	if len(prefix) > 32 {
		prefix = prefix[:32]
	}
	return prefix + strings.Repeat("0", 32-len(prefix)), prefix + strings.Repeat("f", 32-len(prefix))
}

// IsID reports whether text can be the beginning of a record's or a refused row's hexadecimal id.
func IsID(text string) bool {
	if len(text) == 0 || len(text) > 32 {
		return false
	}
	_, err := hex.DecodeString(text + strings.Repeat("0", len(text)%2))
	return err == nil
}

// Reject is a refused row in quarantine.
type Reject struct {
	Kind, Pipeline, ID, RecordID, SourceRef, Authority string
	RawMasked, RawCipher                               string
	Fields, Rules, Messages                            []string
	State                                              string
	FirstRun, LastRun                                  uint64
	Seen                                               uint32
	ChangedAt                                          time.Time
}

// RejectFilter picks refused rows; empty fields pick all. IDs are hexadecimal beginnings.
type RejectFilter struct {
	Kind, Pipeline, Rule, Authority, State string
	IDs                                    []string
	Limit                                  int
}

// Rejects are the refused rows that the filter picks, by authority and place.
func (w *Warehouse) Rejects(ctx context.Context, f RejectFilter) ([]Reject, error) {
	where := []string{"1"}
	equal := func(column, value string) {
		if value != "" {
			where = append(where, column+" = "+quote(value))
		}
	}
	equal("kind", f.Kind)
	equal("pipeline", f.Pipeline)
	equal("authority", f.Authority)
	equal("toString(state)", f.State)
	if f.Rule != "" {
		where = append(where, "has(violations.rule, "+quote(f.Rule)+")")
	}
	if len(f.IDs) > 0 {
		var any []string
		for _, id := range f.IDs {
			any = append(any, "startsWith(hex(reject_id), "+quote(strings.ToUpper(id))+")")
		}
		where = append(where, "("+strings.Join(any, " OR ")+")")
	}
	limit := ""
	if f.Limit > 0 {
		limit = fmt.Sprintf(" LIMIT %d", f.Limit)
	}
	sql := fmt.Sprintf(`SELECT toString(kind), toString(pipeline), lower(hex(reject_id)), if(record_id = toFixedString('', 16), '', lower(hex(record_id))), source_ref, toString(authority), raw_masked, raw_cipher,
  violations.field, violations.rule, violations.message, toString(state), first_run, last_run, times_seen, changed_at
FROM %s.quarantine FINAL WHERE %s ORDER BY kind, pipeline, authority, last_run DESC, source_ref, reject_id%s`, Database, strings.Join(where, " AND "), limit)
	rows, err := w.conn.Query(ctx, sql)
	if err != nil {
		return nil, w.classed("read the quarantine", err)
	}
	defer rows.Close()
	var list []Reject
	for rows.Next() {
		var r Reject
		if err := rows.Scan(&r.Kind, &r.Pipeline, &r.ID, &r.RecordID, &r.SourceRef, &r.Authority, &r.RawMasked, &r.RawCipher,
			&r.Fields, &r.Rules, &r.Messages, &r.State, &r.FirstRun, &r.LastRun, &r.Seen, &r.ChangedAt); err != nil {
			return nil, w.classed("read the quarantine", err)
		}
		list = append(list, r)
	}
	return list, w.classed("read the quarantine", rows.Err())
}
