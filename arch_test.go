package creditsync_test

import (
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "creditsync/"

// row says what a package may import of ours, and why that is enough.
type row struct {
	may []string
	why string
}

// table is the import table of docs/ARCHITECTURE.md. A folder below a listed one may import what the listed one may,
// and its own parent.
var table = map[string]row{
	"cmd/creditsync":     {[]string{"internal/cli"}, "main is a few lines"},
	"schemas":            {nil, "what a record is stands on nothing"},
	"connectors":         {[]string{"connectors", "internal/fault", "internal/unnamed"}, "a source knows no record kinds"},
	"transforms":         {[]string{"transforms", "schemas"}, "transforms are pure functions on columns"},
	"pipelines":          {[]string{"schemas", "connectors", "transforms", "internal/fault"}, "a run sees its stores through interfaces of its own"},
	"scheduler":          {[]string{"internal/fault"}, "the scheduler runs a func"},
	"internal/warehouse": {[]string{"schemas", "internal/fault"}, "siblings do not know each other"},
	"internal/engine":    {[]string{"internal/engine", "internal/fault"}, "the engine speaks ClickHouse's protocols and nothing of ours"},
	"internal/bus":       {[]string{"internal/bus", "schemas", "internal/fault"}, "siblings do not know each other"},
	"internal/ledger":    {[]string{"internal/fault"}, "the ledger stores names and numbers"},
	"internal/vault":     {[]string{"internal/fault"}, "keys know no records"},
	"internal/spool":     {[]string{"internal/fault", "internal/unnamed"}, "rows on their way know no store"},
	"internal/unnamed":   {nil, "a file knows nothing of what it holds"},
	"internal/process":   {[]string{"internal/fault"}, "child processes and lock files"},
	"internal/config":    {[]string{"connectors", "schemas", "internal/fault"}, "the configuration starts no engine"},
	"internal/reconcile": {[]string{"internal/ledger", "internal/warehouse", "internal/bus", "schemas", "internal/fault"}, "the one place that sees the three stores at once; it opens none"},
	"internal/alert":     {[]string{"internal/fault"}, "alerts know no store"},
	"internal/export":    {[]string{"internal/fault"}, "spreadsheets know no store"},
	"internal/fault":     {nil, "everybody stands on it"},
	"internal/console":   {[]string{"internal/fault"}, "pages read through interfaces"},
	"internal/cli":       {[]string{"internal/app", "internal/config", "internal/fault", "pipelines", "schemas", "transforms", "connectors"}, "commands call the application and print"},
	"internal/app":       {[]string{"*"}, "wiring"},
	"internal/testkit":   {[]string{"*"}, "for tests only"},
	"bench":              {[]string{"*"}, "measures the whole"},
	"e2e":                {[]string{"*"}, "tests the whole"},
	"examples":           {[]string{"examples", "schemas", "internal/bus", "internal/config", "internal/fault", "internal/process", "internal/testkit"}, "the tour sees the program from the outside, and starts a real PostgreSQL"},
	"internal/gen":       {[]string{"*"}, "writes the reference pages"},
}

// only lists modules that a single package may import, so that a driver's traps stay in one room.
var only = map[string][]string{
	"github.com/ClickHouse/clickhouse-go/": {"internal/warehouse"},
	"github.com/ebitengine/purego":         {"internal/engine"},
	"github.com/robfig/cron/":              {"scheduler"},
	"github.com/segmentio/kafka-go":        {"internal/bus"},
	"github.com/twmb/franz-go/pkg/kfake":   {"internal/bus/embedded"},
	"modernc.org/sqlite":                   {"internal/ledger", "connectors/sql", "examples/tour/city"},
	"github.com/goccy/go-yaml":             {"internal/config"},
	"github.com/jackc/pgx/":                {"connectors/sql", "examples/tour/city"},
	"github.com/go-sql-driver/":            {"connectors/sql"},
}

type pkg struct {
	ImportPath string
	Name       string
	Dir        string
	Imports    []string
	GoFiles    []string
}

func packages(t *testing.T) []pkg {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Name,Dir,Imports,GoFiles", "./...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var list []pkg
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return list
		} else if err != nil {
			t.Fatal(err)
		}
		if len(p.GoFiles) > 0 {
			list = append(list, p)
		}
	}
}

// home is the row of the table that a package falls under.
func home(path string) (string, bool) {
	for dir := path; dir != "."; dir = filepath.Dir(dir) {
		if _, ok := table[dir]; ok {
			return dir, true
		}
	}
	return "", false
}

func TestImports_FollowTheTable(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		path := strings.TrimPrefix(p.ImportPath, module)
		if path == "creditsync" {
			continue
		}
		name, ok := home(path)
		if !ok {
			t.Errorf("%s is not in the table of docs/ARCHITECTURE.md", path)
			continue
		}
		may := table[name]
		for _, imported := range p.Imports {
			ours, is := strings.CutPrefix(imported, module)
			if !is || slices.Contains(may.may, "*") {
				continue
			}
			root, _ := home(ours)
			if root != name && !slices.Contains(may.may, root) {
				t.Errorf("%s must not import %s: %s", path, ours, may.why)
			}
		}
	}
}

func TestImports_DriversStayInOneRoom(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		path := strings.TrimPrefix(p.ImportPath, module)
		for driver, rooms := range only {
			for _, imported := range p.Imports {
				if strings.HasPrefix(imported, driver) && !slices.ContainsFunc(rooms, func(room string) bool { return path == room || strings.HasPrefix(path, room+"/") }) &&
					!strings.HasPrefix(path, "internal/testkit") && !strings.HasPrefix(path, "e2e") && !strings.HasPrefix(path, "bench") {
					t.Errorf("%s imports %s, which is for %s", path, imported, strings.Join(rooms, ", "))
				}
			}
		}
	}
}

func TestPackages_SayWhatTheyAre(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		documented := false
		for _, name := range p.GoFiles {
			f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, name), nil, parser.ParseComments|parser.PackageClauseOnly)
			if err != nil {
				t.Fatal(err)
			}
			if f.Doc != nil && (strings.HasPrefix(f.Doc.Text(), "Package "+p.Name) || strings.HasPrefix(f.Doc.Text(), "Command ")) {
				documented = true
			}
		}
		if !documented {
			t.Errorf("%s has no package comment", p.ImportPath)
		}
	}
}

const (
	maxFile     = 600
	maxFunction = 70
)

func TestCode_StaysSmallAndHasNoInit(t *testing.T) {
	t.Parallel()
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == ".git" || d.Name() == "testdata" || d.Name() == "bin") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		body, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if lines := strings.Count(string(body), "\n"); lines > maxFile {
			t.Errorf("%s has %d lines: split it by noun", path, lines)
		}
		set := token.NewFileSet()
		f, err := parser.ParseFile(set, path, body, 0)
		if err != nil {
			return err
		}
		for _, decl := range f.Decls {
			fn, ok := decl.(*ast.FuncDecl)
			if !ok {
				continue
			}
			if lines := set.Position(fn.End()).Line - set.Position(fn.Pos()).Line + 1; lines > maxFunction && !isTable(fn) {
				t.Errorf("%s: %s has %d lines", path, fn.Name.Name, lines)
			}
			if fn.Recv == nil && fn.Name.Name == "init" {
				t.Errorf("%s has an init function: compose in a function that can be read", path)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// isTable reports whether a function is one return of one value: a declaration, however long.
func isTable(fn *ast.FuncDecl) bool {
	n := len(fn.Body.List)
	_, returns := fn.Body.List[n-1].(*ast.ReturnStmt)
	return n <= 3 && returns
}

// forbidden is what no file of the repository may name: the registries that this machine gets packages from, the home and
// the folder that it works in.
func forbidden(t *testing.T) []string {
	t.Helper()
	home, err := os.UserHomeDir()
	if err != nil {
		t.Fatal(err)
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	list := []string{here + "/"}
	if home != "/" {
		list = append(list, filepath.Clean(home)+"/")
	}
	for _, ask := range [][]string{{"go", "env", "GOPROXY"}, {"npm", "config", "get", "registry"}} {
		out, err := exec.Command(ask[0], ask[1:]...).Output()
		if err != nil {
			t.Fatalf("%s: %v", strings.Join(ask, " "), err)
		}
		for _, address := range strings.FieldsFunc(string(out), func(r rune) bool { return strings.ContainsRune(", |\n", r) }) {
			if u, err := url.Parse(address); err == nil && strings.Contains(u.Hostname(), ".") && net.ParseIP(u.Hostname()) == nil {
				list = append(list, u.Hostname())
			}
		}
	}
	return list
}

func TestFiles_NameNoMachine(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("git", "ls-files").Output()
	if err != nil {
		t.Fatal(err)
	}
	words := forbidden(t)
	for _, path := range strings.Fields(string(out)) {
		body, err := os.ReadFile(path)
		if err != nil {
			continue // removed in the working tree
		}
		for _, word := range words {
			if strings.Contains(string(body), word) {
				t.Errorf("%s contains %q", path, word)
			}
		}
	}
}
