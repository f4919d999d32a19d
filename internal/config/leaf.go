package config

import (
	"math"
	"net"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"time"

	"creditsync/connectors"
	"creditsync/internal/fault"
)

// leaf is the syntax of one kind of single value.
type leaf struct {
	// want says what would be right, after "must be".
	want fault.Text
	// parse reads a text; ok is false where it does not fit.
	parse func(string) (v any, ok bool)
	// near suggests what may have been meant; nil suggests nothing.
	near func(string) string
	// secret values are never repeated in a message.
	secret bool
	// schema are the keywords of JSON Schema that say the same.
	schema map[string]any
}

func (l leaf) meant(raw string) string {
	if l.near == nil {
		return ""
	}
	return l.near(raw)
}

// leafOf is the syntax of a type, or of a text that is more than a text.
func leafOf(t reflect.Type, is string) (leaf, bool) {
	switch t {
	case reflect.TypeFor[time.Duration]():
		return durationLeaf(), true
	case reflect.TypeFor[*time.Location]():
		return zoneLeaf(), true
	case reflect.TypeFor[Secret]():
		return leaf{
			want: fault.T("文字（密码）", "text (a secret)"), secret: true,
			parse: func(s string) (any, bool) { return NewSecret(s), true },
		}, true
	case reflect.TypeFor[URL]():
		return leaf{
			want: both("http:// 或 https:// 开头的地址，例如 http://user:${PASSWORD}@host:8123/credit（密码里的特殊字符要写成 %XX，或改用 user 和 password 键）",
				"an http:// or https:// address such as http://user:${PASSWORD}@host:8123/credit (write special characters of a password as %XX, or use the keys user and password)"),
			secret: true,
			parse: func(s string) (any, bool) {
				u, err := ParseURL(s)
				return u, err == nil
			},
			schema: map[string]any{"type": "string", "pattern": "^https?://"},
		}, true
	}
	if t == reflect.TypeFor[Endpoint]() {
		return leaf{
			want: both("http:// 或 https:// 开头的地址", "an http:// or https:// address"), secret: true,
			parse: func(s string) (any, bool) {
				e, err := ParseEndpoint(s)
				return e, err == nil
			},
			schema: map[string]any{"type": "string", "pattern": "^https?://"},
		}, true
	}
	if values := choices(t); values != nil {
		return leaf{
			want: oneOf(values),
			parse: func(s string) (any, bool) {
				for _, v := range values {
					if v == s {
						return s, true
					}
				}
				return nil, false
			},
			near:   func(s string) string { return nearest(s, values) },
			schema: map[string]any{"enum": values},
		}, true
	}
	switch is {
	case "listen":
		return addressLeaf(0), t.Kind() == reflect.String
	case "listen or off":
		return offLeaf(addressLeaf(0)), t.Kind() == reflect.String
	case "hostport":
		return addressLeaf(1), t.Kind() == reflect.String
	case "path":
		return pathLeaf(), t.Kind() == reflect.String
	case "name":
		return nameLeaf(), t.Kind() == reflect.String
	case "size":
		return sizeLeaf(), t.Kind() == reflect.Int64
	case "share":
		return shareLeaf(), t.Kind() == reflect.Float64
	}
	return leaf{}, false
}

// choices are the values of a closed list, in the order in which they are explained.
func choices(t reflect.Type) []string {
	switch t {
	case reflect.TypeFor[connectors.Mode]():
		return []string{string(connectors.Snapshot), string(connectors.Append), string(connectors.Incremental)}
	case reflect.TypeFor[Overlap]():
		return []string{string(OverlapSkip), string(OverlapQueue)}
	case reflect.TypeFor[CatchUpPolicy]():
		return []string{string(CatchUpLatest), string(CatchUpAll), string(CatchUpNone)}
	case reflect.TypeFor[When]():
		return []string{string(WhenAlways), string(WhenWorkday)}
	case reflect.TypeFor[CalendarName]():
		return []string{string(CNWorkdays)}
	case reflect.TypeFor[fault.Language]():
		return []string{string(fault.Chinese), string(fault.English)}
	case reflect.TypeFor[Mechanism]():
		return []string{string(Plain), string(ScramSHA256), string(ScramSHA512)}
	}
	return nil
}

// days is the unit that Go's durations lack.
var days = regexp.MustCompile(`^(\d{1,5})d`)

const durationPattern = `^([0-9]{1,5}d)?([0-9]+(\.[0-9]+)?(h|ms|m|s))*$`

func durationLeaf() leaf {
	return leaf{
		want: fault.T("带单位的时长，如 90s、30m、26h、7d", "a duration with its unit, such as 90s, 30m, 26h or 7d"),
		parse: func(s string) (any, bool) {
			var sum time.Duration
			if m := days.FindStringSubmatch(s); m != nil {
				n, err := strconv.Atoi(m[1])
				if err != nil {
					return nil, false
				}
				sum = time.Duration(n) * 24 * time.Hour
				if s = s[len(m[0]):]; s == "" {
					return sum, true
				}
			}
			rest, err := time.ParseDuration(s)
			if err != nil || rest < 0 || rest > math.MaxInt64-sum || strings.HasPrefix(s, "+") {
				return nil, false
			}
			return sum + rest, true
		},
		near: func(s string) string {
			if _, err := strconv.Atoi(s); err == nil && len(s) < 6 {
				return s + "h"
			}
			return ""
		},
		schema: map[string]any{"type": "string", "pattern": durationPattern},
	}
}

// zoneMeant is the name that is meant by what people write instead.
func zoneMeant(s string) string {
	for _, z := range []struct{ like, name string }{
		{"beijing", "Asia/Shanghai"}, {"shanghai", "Asia/Shanghai"}, {"北京", "Asia/Shanghai"}, {"上海", "Asia/Shanghai"},
		{"china", "Asia/Shanghai"}, {"+8", "Asia/Shanghai"}, {"+08", "Asia/Shanghai"}, {"prc", "Asia/Shanghai"}, {"cst", "Asia/Shanghai"},
		{"urumqi", "Asia/Urumqi"}, {"hong", "Asia/Hong_Kong"}, {"utc", "UTC"}, {"gmt", "UTC"},
	} {
		if strings.Contains(strings.ToLower(s), z.like) {
			return z.name
		}
	}
	return nearest(s, []string{"Asia/Shanghai", "Asia/Urumqi", "Asia/Hong_Kong", "Asia/Macau", "UTC"})
}

func zoneLeaf() leaf {
	return leaf{
		want: fault.T("IANA 时区名，如 Asia/Shanghai", "an IANA time zone such as Asia/Shanghai"),
		parse: func(s string) (any, bool) {
			if s == "" || s == "Local" { // Local would make the same file mean different things on different machines
				return nil, false
			}
			l, err := time.LoadLocation(s)
			return l, err == nil
		},
		near: zoneMeant,
	}
}

// addressLeaf is host:port with a port from lowest on.
func addressLeaf(lowest int) leaf {
	return leaf{
		want: fault.T("“主机:端口”，如 127.0.0.1:8123", "host:port such as 127.0.0.1:8123"),
		parse: func(s string) (any, bool) {
			host, port, err := net.SplitHostPort(s)
			if err != nil || strings.ContainsAny(host, " /@\t") || (lowest > 0 && host == "") {
				return nil, false
			}
			n, err := strconv.ParseUint(port, 10, 16)
			return s, err == nil && int(n) >= lowest
		},
		near: func(s string) string {
			bare := s
			if _, after, ok := strings.Cut(s, "://"); ok {
				bare = strings.TrimSuffix(after, "/")
			}
			if _, _, err := net.SplitHostPort(bare); err == nil && bare != s && !strings.ContainsAny(bare, "/@") {
				return bare
			}
			if n, err := strconv.ParseUint(s, 10, 16); err == nil && n > 0 {
				return "127.0.0.1:" + s
			}
			return ""
		},
		schema: map[string]any{"type": "string", "pattern": `:[0-9]{1,5}$`},
	}
}

// Off is what stands for an address where nothing is to listen.
const Off = "off"

// offLeaf is an address leaf that takes Off too.
func offLeaf(l leaf) leaf {
	parse := l.parse
	l.want = fault.T("“主机:端口”，如 127.0.0.1:9000，或 off", "host:port such as 127.0.0.1:9000, or off")
	l.parse = func(s string) (any, bool) {
		if s == Off {
			return s, true
		}
		return parse(s)
	}
	l.schema = map[string]any{"type": "string", "pattern": `^off$|:[0-9]{1,5}$`}
	return l
}

func pathLeaf() leaf {
	return leaf{
		want: fault.T("路径（~ 不会展开）", "a path (~ is not expanded)"),
		parse: func(s string) (any, bool) {
			return s, strings.TrimSpace(s) != "" && s != "~" && !strings.HasPrefix(s, "~/") && !strings.ContainsRune(s, 0)
		},
		near: func(s string) string {
			if rest, ok := strings.CutPrefix(s, "~"); ok {
				return "${HOME}" + rest
			}
			return ""
		},
		schema: map[string]any{"minLength": 1},
	}
}

// absolute makes a path of the file absolute.
func (x expander) absolute(path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(x.dir, path)
}

// nameSyntax is what can stand in a file name, a topic, a table's cell and on a command line without quotation marks.
const nameSyntax = `^[\p{L}\p{N}][\p{L}\p{N}._-]{0,63}$`

var nameRE = regexp.MustCompile(nameSyntax)

func nameLeaf() leaf {
	return leaf{
		want: fault.T("名称：字母、数字、汉字开头，其后可有 . _ -，最多 64 个字符",
			"a name: begins with a letter or digit, then also . _ -, at most 64 characters"),
		parse:  func(s string) (any, bool) { return s, nameRE.MatchString(s) },
		schema: map[string]any{"pattern": nameSyntax},
	}
}

// sizeSyntax is a number and a unit.
var sizeSyntax = regexp.MustCompile(`^([0-9]{1,15})\s*([KMGT]i?B|B)$`)

func sizeLeaf() leaf {
	units := map[string]int64{
		"B": 1, "KB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40,
	}
	return leaf{
		want: fault.T("带单位的大小，如 512MiB、2GB", "a size with its unit, such as 512MiB or 2GB"),
		parse: func(s string) (any, bool) {
			m := sizeSyntax.FindStringSubmatch(s)
			if m == nil {
				return nil, false
			}
			n, err := strconv.ParseInt(m[1], 10, 64)
			if err != nil || n <= 0 || n > math.MaxInt64/units[m[2]] {
				return nil, false
			}
			return n * units[m[2]], true
		},
		near: func(s string) string {
			if m := regexp.MustCompile(`^([0-9]+)\s*([kKmMgGtT])(i?[bB]?)$`).FindStringSubmatch(s); m != nil {
				return m[1] + strings.ToUpper(m[2]) + "iB"
			}
			return ""
		},
		schema: map[string]any{"type": "string", "pattern": sizeSyntax.String()},
	}
}

// shareSyntax is a percentage; a bare number would leave open whether 0.5 is a half or half a percent.
var shareSyntax = regexp.MustCompile(`^([0-9]{1,3}(\.[0-9]{1,6})?)\s*%$`)

func shareLeaf() leaf {
	return leaf{
		want: both("0% 到 100% 的百分数，如 5%", "a percentage from 0% to 100%, such as 5%"),
		parse: func(s string) (any, bool) {
			m := shareSyntax.FindStringSubmatch(s)
			if m == nil {
				return nil, false
			}
			v, err := strconv.ParseFloat(m[1], 64)
			return v / 100, err == nil && v <= 100
		},
		near: func(s string) string {
			v, err := strconv.ParseFloat(s, 64)
			switch {
			case err != nil || v < 0 || v > 100:
				return ""
			case v < 1:
				return strconv.FormatFloat(math.Round(v*1e8)/1e6, 'f', -1, 64) + "%"
			}
			return strconv.FormatFloat(v, 'f', -1, 64) + "%"
		},
		schema: map[string]any{"type": "string", "pattern": shareSyntax.String()},
	}
}

// integer is a whole number within the field's bounds and its type's.
func integer(f field, bits int) leaf {
	low, high := int64(math.MinInt64)>>(64-bits), int64(math.MaxInt64)>>(64-bits)
	want := fault.T("整数", "a whole number")
	schema := map[string]any{"type": "integer"}
	if f.min != nil {
		low = *f.min
		schema["minimum"] = low
		want = and(want, fault.T("，至少 %d", " of at least %d", low))
	}
	if f.max != nil {
		high = *f.max
		schema["maximum"] = high
		want = fault.T("%d 到 %d 的整数", "a whole number from %d to %d", low, high)
	}
	return leaf{
		want: want, schema: schema,
		parse: func(s string) (any, bool) {
			v, err := strconv.ParseInt(s, 10, 64)
			return v, err == nil && v >= low && v <= high
		},
	}
}

// boolean suggests what is meant by the words that YAML once read as true and false.
func boolean(s string) string {
	switch strings.ToLower(s) {
	case "yes", "on", "y", "1", "true", "是", "开":
		return "true"
	case "no", "off", "n", "0", "false", "否", "关":
		return "false"
	}
	return ""
}
