package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"creditsync/examples/tour/city"
	"creditsync/internal/bus"
	"creditsync/internal/fault"
)

// bridge reads what was committed, as the bridge to the national platform does.
type bridge struct{ broker string }

// told is what a message says, as far as the tour looks at it.
type told struct {
	Op      string   `json:"op"`
	Version int      `json:"version"`
	Changed []string `json:"changed"`
	Data    struct {
		DecisionNo string `json:"decision_no"`
		IDNo       string `json:"id_no"`
	} `json:"data"`
	message bus.Message
}

// messages are those of a run on a topic.
func (b bridge) messages(ctx context.Context, topic, run string) (list []told, err error) {
	var bad error
	err = bus.Read(ctx, bus.Config{Brokers: []string{b.broker}}, topic, func(m bus.Message) bool {
		if m.Header("run") != run {
			return true
		}
		one := told{message: m}
		if bad = json.Unmarshal(m.Value, &one); bad != nil {
			return false
		}
		list = append(list, one)
		return true
	})
	if bad != nil {
		err = fmt.Errorf("read a message: %w", bad)
	}
	return list, err
}

// heard reads the messages of all runs of a night and checks them: how many there are, and that nobody's resident ID is among
// them. It returns those about penalties.
func (t *tour) heard(ctx context.Context, results map[string]result) ([]told, error) {
	var penalties []told
	var table [][]string
	for _, pipeline := range []string{city.Penalties, city.Judgments, city.Defaulters, city.Suppliers, city.Sanctions} {
		r, topic := results[pipeline], "credit."+kindOf(pipeline)
		list, err := t.bridge.messages(ctx, topic, r.Run)
		if err != nil {
			return nil, err
		}
		if got, want := len(list), r.Published; got != want {
			return nil, t.unexpected(fault.T("主题 %[1]s 上有这次运行的 %[2]d 条消息，应为 %[3]d", "the topic %[1]s holds %[2]d messages of this run instead of %[3]d", topic, got, want))
		}
		if err := t.hidden(list); err != nil {
			return nil, err
		}
		if pipeline == city.Penalties {
			penalties = list
		}
		table = append(table, []string{topic, t.in(fault.T("%s 条", "%s messages", number(len(list))))})
	}
	t.rows(table)
	t.gap()
	return penalties, nil
}

var residentID = regexp.MustCompile(`\d{17}[\dXx]`)

// hidden checks that no resident ID stands in a message in clear.
func (t *tour) hidden(list []told) error {
	for _, m := range list {
		for _, found := range residentID.FindAll(m.message.Value, -1) {
			if t.personal[strings.ToUpper(string(found))] {
				return t.unexpected(fault.T("消息 %s 里有没有遮盖的身份证号", "message %s holds a resident ID in clear", m.message.Header("ce_id")))
			}
		}
	}
	return nil
}

// print shows a message: its place and key, its headers, its value.
func (t *tour) print(m told) error {
	var lines []string
	add := func(name, value string) { lines = append(lines, pad(name, 16)+value) }
	add(t.in(fault.T("主题", "topic")), t.in(fault.T("%[1]s，分区 %[2]d，位置 %[3]d", "%[1]s, partition %[2]d, offset %[3]d", m.message.Topic, m.message.Partition, m.message.Offset)))
	add(t.in(fault.T("键", "key")), string(m.message.Key))
	for _, h := range m.message.Headers {
		add(h.Key, string(h.Value))
	}
	value, err := filled(bytes.NewReader(m.message.Value), t.width-4)
	if err != nil {
		return fmt.Errorf("read a message's value: %w", err)
	}
	t.block(strings.Join(append(lines, value), "\n"))
	return nil
}
