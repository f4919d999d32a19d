package show

import (
	"maps"
	"testing"

	"creditsync/internal/app"
	"creditsync/internal/fault"
	"creditsync/internal/testkit/golden"
	"creditsync/schemas"
)

// outputs are all that is written for people, by the name of the golden file.
func outputs(p Printer) map[string][]byte {
	kind := schemas.AdminPenalty()
	done, refused, dry := reverts()
	from := Sources{"market-penalties": "file inbox/penalties/*.csv"}
	return map[string][]byte{
		"run":        p.Runs(results(), from),
		"check":      p.Check(findings()),
		"check_ok":   p.Check(findings()[:1]),
		"preview":    p.Preview(preview()),
		"no_input":   p.Preview(app.Preview{Pipeline: "market-penalties", Kind: "admin_penalty"}),
		"record":     p.Record(record()),
		"history":    p.History(history()),
		"none":       p.History(nil),
		"refused":    p.Refused(refusedRows(), true),
		"refused_no": p.Refused(nil, false),
		"refusal":    p.RefusedRows(refusedRows()),
		"revert":     p.Reverted(done),
		"revert_no":  p.Reverted(refused),
		"revert_dry": p.Reverted(dry),
		"dismissed":  p.Dismissed(2),
		"exported": p.Exported([]app.Exported{
			{Path: "out/吉州区市场监督管理局.xlsx", Authority: "吉州区市场监督管理局", Rows: 1_204}, {Path: "out/unknown.xlsx", Rows: 3}}),
		"repair":        p.Repair(repairs(true), false),
		"repair_left":   p.Repair(repairs(false), false),
		"repair_dry":    p.Repair(app.Repairing{Left: repairs(false).Left}, true),
		"repair_cannot": p.Repair(app.Repairing{Left: repairs(false).Left[1:]}, false),
		"repair_none":   p.Repair(app.Repairing{}, false),
		"repair_plan":   p.Plan(repairs(false).Left[:1]),
		"replay":        p.Retold(replayed(false)),
		"replay_dry":    p.Retold(replayed(true)),
		"kinds":         p.Kinds([]*schemas.Kind{kind}),
		"fields":        p.Fields(kind),
		"ready":         p.Ready("ClickHouse", map[string]string{"http": "127.0.0.1:8123", "native": "127.0.0.1:9000"}),
		"error":         p.Error(kafkaFault()),
		"notice":        p.Notice(fault.T("密钥已生成：keys.json\n请备份。", "keys were made: keys.json\nBack them up.")),
	}
}

func TestOutputs_AreTheGoldenOnes(t *testing.T) {
	t.Parallel()
	for lang, p := range readers {
		all := outputs(p)
		maps.Copy(all, statuses(p))
		for name, out := range all {
			t.Run(name+"/"+lang, func(t *testing.T) { golden.Check(t, name+"."+lang+".txt", string(out)) })
		}
	}
}

func TestDocuments_AreTheGoldenOnes(t *testing.T) {
	t.Parallel()
	p := readers["zh"]
	reverted, _, _ := reverts()
	for name, out := range map[string][]byte{
		"run":      p.RunsJSON(results(), nil),
		"check":    p.CheckJSON(findings()),
		"repair":   p.RepairJSON(repairs(false)),
		"replay":   p.RetoldJSON(replayed(false)),
		"preview":  p.PreviewJSON(preview()),
		"record":   p.RecordJSON(record()),
		"history":  p.HistoryJSON(history()),
		"revert":   p.RevertedJSON(reverted),
		"refused":  p.RefusedJSON(refusedRows(), false),
		"exported": p.ExportedJSON(nil),
		"failure":  p.Failure(kafkaFault()),
		"status":   p.StatusJSON(working(p)),
	} {
		t.Run(name, func(t *testing.T) { golden.Check(t, name+".json", string(out)) })
	}
	golden.Check(t, "arrow.txt", string(p.Arrow(schemas.AdminPenalty())))
}
