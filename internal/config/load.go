package config

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"reflect"
	"strings"
	"time"
	_ "time/tzdata" // a container without zone files must read the same times

	"creditsync/connectors"
	"creditsync/internal/fault"
)

// DefaultPath is the configuration that commands read without -c.
const DefaultPath = "creditsync.yaml"

// defaultZone is where the departments whose records these are live.
const defaultZone = "Asia/Shanghai"

// Lookup is how Load reaches outside; it reads and never writes.
type Lookup struct {
	// Env returns a variable of the environment and whether it is set, as os.LookupEnv does.
	Env func(name string) (string, bool)
	// ReadFile returns the content of a file, as os.ReadFile does.
	ReadFile func(path string) ([]byte, error)
}

// Known is what the rest of the program offers to a configuration.
type Known struct {
	// Sources are the source types by the key under `source:`.
	Sources connectors.Registry
	// Kinds are the field names of each record kind.
	Kinds map[string][]string
	// Schedule says what is wrong with a schedule; nil checks none. A fault error is shown in the reader's language.
	Schedule func(expr string) error
	// Calendar says what is wrong with a table of working days; nil checks none. path is for the sentence.
	Calendar func(path, days string) error
	// StoresOnly leaves the pipelines unread where the rest stands by itself: a city has a thousand of them, and the processes
	// of the engine and of the broker need none.
	StoresOnly bool
}

// Load reads and checks the configuration at path. It touches nothing but the file itself and those that it names with
// ${file:…}. Its error is a fault of class Input: "config.missing" where there is no file, "config.unreadable" where it
// cannot be read, else "config.invalid", which prints every problem on a line of its own, in the order of the file.
func Load(path string, look Lookup, known Known) (*Config, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, unreadable(path, err)
	}
	content, err := look.ReadFile(abs)
	if err != nil {
		return nil, unreadable(path, err)
	}
	if known.StoresOnly {
		if c, err := decode(path, abs, withoutPipelines(content), look, known); err == nil {
			return c, nil
		}
	}
	return decode(path, abs, content, look, known)
}

// decode reads and checks the content of the configuration at path.
func decode(path, abs string, content []byte, look Lookup, known Known) (*Config, error) {
	zone, err := time.LoadLocation(defaultZone)
	if err != nil {
		return nil, fmt.Errorf("load the default time zone: %w", err)
	}
	bad := newProblems(path)
	root := parse(content, bad)
	if root == nil {
		return nil, bad.err()
	}
	c := defaults(path, filepath.Dir(abs), LanguageOf(look.Env), zone)
	d := &decoder{
		bad: bad, known: known, alias: aliases(root, bad),
		expand: expander{look: look, dir: c.Dir},
		at:     map[string]pos{}, raw: map[string]string{}, misspelt: map[string]bool{}, shapes: map[reflect.Type]*structType{},
	}
	d.value(root, reflect.ValueOf(c).Elem(), "", field{})
	d.check(c)
	if err := bad.err(); err != nil {
		return nil, err
	}
	c.settle()
	for i := range c.Pipelines {
		c.Pipelines[i].At = place(path, d.at[fmt.Sprintf("pipelines[%d]", i)])
	}
	return c, nil
}

// unreadable says that there is no configuration, and how to get one.
func unreadable(path string, err error) error {
	if !errors.Is(err, fs.ErrNotExist) {
		why := reason(err)
		return fault.New(fault.Input, "config.unreadable", fault.Text{
			ZH: fmt.Sprintf("读不到配置文件 %s：%s", path, why.ZH),
			EN: fmt.Sprintf("cannot read the configuration %s: %s", path, why.EN),
		})
	}
	missing := fault.New(fault.Input, "config.missing", fault.T("没有配置文件 %s", "there is no configuration %s", path))
	if filepath.Clean(path) == DefaultPath {
		return missing.Do(fault.T("样例见 examples/creditsync.yaml；或用 -c 文件 指定另一份",
			"examples/creditsync.yaml is one to start from; -c FILE names another one"))
	}
	return missing.Do(fault.T("请检查 -c 后面的路径；样例见 examples/creditsync.yaml", "check the path after -c; examples/creditsync.yaml is one to start from"))
}

// LanguageOf is the language of the environment: that of LC_ALL, LC_MESSAGES or LANG, the first that is set. It is what
// people read before, and without, a configuration.
func LanguageOf(env func(string) (string, bool)) fault.Language {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v, ok := env(name); ok && v != "" {
			if strings.HasPrefix(strings.ToLower(v), "zh") {
				return fault.Chinese
			}
			return fault.English
		}
	}
	return fault.English
}
