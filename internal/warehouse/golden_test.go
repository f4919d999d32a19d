package warehouse

import (
	"slices"
	"strings"
	"testing"
	"time"

	"creditsync/internal/testkit/golden"
	"creditsync/schemas"
)

func TestStatements_AreAsRead(t *testing.T) {
	t.Parallel()
	golden.Check(t, "tables.sql", strings.Join(sharedTables("Asia/Shanghai"), ";\n\n")+";\n")
	for _, k := range schemas.All() {
		golden.Check(t, k.Name+"/tables.sql", strings.Join(slices.Concat(kindTables(k, "Asia/Shanghai"), additions(k), views(k)), ";\n\n")+";\n")
	}
}

func TestQueries_AreAsRead(t *testing.T) {
	t.Parallel()
	for _, k := range schemas.All() {
		s := Scope{Kind: k, Pipeline: "p", Run: 7, Commit: 3, Snapshot: true, Lower: []string{"low"}, Slice: Slice{I: 1, N: 4}, At: time.UnixMilli(1700000000000)}
		golden.Check(t, k.Name+"/diff.sql", diffSQL(s)+"\n")
		golden.Check(t, k.Name+"/versions.sql", versionsSQL(s, Changes{Updated: 1, Deleted: 1})+"\n")
		act := s
		act.Act = &Act{Revert: []uint64{1, 2}}
		golden.Check(t, k.Name+"/revert.sql", actSQL(act)+"\n\n"+copySQL(act, Changes{Inserted: 1, Updated: 1, Adopted: 1, Deleted: 1})+"\n\n"+quarantineSQL(act, Verdict{Undone: []uint64{1, 2}})+"\n")
		act.Act = &Act{Forget: 2}
		golden.Check(t, k.Name+"/forget.sql", actSQL(act)+"\n\n"+copySQL(act, Changes{Forgotten: 1})+"\n")
		golden.Check(t, k.Name+"/quarantine.sql", quarantineSQL(s, Verdict{Resolve: true, Answered: []string{"ab12"}, Dismissed: []string{"cd"}})+"\n")
	}
}
