package app

import (
	"context"
	"strconv"
	"strings"
	"time"

	"creditsync/internal/bus"
	"creditsync/internal/fault"
	"creditsync/internal/warehouse"
	"creditsync/schemas"
)

// Record is every version of the record whose id, or whose id's beginning, is given, and the messages that told of it.
func (a *App) Record(ctx context.Context, id string) (Record, error) {
	if !warehouse.IsID(id) || len(id) < 8 {
		return Record{}, fault.New(fault.Input, "record.id", fault.T("%q 不是记录标识", "%q is not a record id", id)).
			Do(fault.T("记录标识是 32 位十六进制数（至少写前 8 位），见视图的 record_id 列。", "A record id has 32 hexadecimal digits, of which 8 are enough; the views show it as record_id."))
	}
	w, err := a.warehouse(ctx)
	if err != nil {
		return Record{}, err
	}
	for _, k := range schemas.All() {
		versions, err := w.History(ctx, k, id)
		if err != nil {
			return Record{}, err
		}
		if len(versions) > 0 {
			return a.record(ctx, k, versions)
		}
	}
	return Record{}, fault.New(fault.Input, "record.unknown", fault.T("没有标识为 %s 的记录", "there is no record %s", id))
}

func (a *App) record(ctx context.Context, k *schemas.Kind, versions []warehouse.Version) (Record, error) {
	out := Record{Kind: k.Name, ID: versions[0].RecordID}
	for _, v := range versions {
		if v.RecordID != out.ID {
			return Record{}, fault.New(fault.Input, "record.ambiguous", fault.T("不止一条记录的标识以此开头：%s、%s", "more than one record begins so: %s, %s", out.ID, v.RecordID)).
				Do(fault.T("请多写几位。", "Write more of it."))
		}
		one := Version{
			Seq: v.Seq, Version: v.Version, Op: v.Op, Status: v.Status, RunNo: v.RunNo, CommitNo: v.CommitNo, Pipeline: v.Pipeline, SourceRef: v.SourceRef,
			IngestedAt: v.IngestedAt, Changed: v.Changed, Warnings: v.Warnings,
		}
		for i, f := range k.Fields {
			if v.Values[i] != "" {
				one.Values = append(one.Values, Value{Field: f.Name, Title: a.title(&f), Text: v.Values[i]})
			}
		}
		out.Versions = append(out.Versions, one)
	}
	out.Messages, out.MessagesErr = a.messages(ctx, k, out.ID)
	return out, nil
}

// messages are what the topic holds of a record.
func (a *App) messages(ctx context.Context, k *schemas.Kind, id string) ([]Message, error) {
	kafka, err := a.kafka(ctx)
	if err != nil {
		return nil, err
	}
	found, err := bus.Find(ctx, kafka, k.Name, id)
	if err != nil {
		return nil, err
	}
	out := make([]Message, len(found))
	for i, m := range found {
		op := m.Header("ce_type")
		out[i] = Message{Topic: m.Topic, Partition: m.Partition, Offset: m.Offset, ID: m.Header("ce_id"), Op: op[strings.LastIndex(op, ".")+1:]}
		if out[i].Seq, err = strconv.ParseUint(m.Header("seq"), 10, 64); err != nil {
			return nil, fault.New(fault.Run, "message.seq", fault.T("主题 %[1]s 分区 %[2]d 偏移 %[3]d 的消息没有版本顺序号", "the message at %[1]s/%[2]d/%[3]d has no seq", m.Topic, m.Partition, m.Offset)).Because(err)
		}
		if out[i].At, err = time.Parse(time.RFC3339Nano, m.Header("ce_time")); err != nil {
			out[i].At = m.Time
		}
	}
	return out, nil
}
