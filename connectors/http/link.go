package http

import "strings"

// nextLink is the target of the link with the relation next among the values of the header Link (RFC 8288); "" where there
// is none.
func nextLink(headers []string) string {
	for _, h := range headers {
		for h != "" {
			start := strings.IndexByte(h, '<')
			if start < 0 {
				break
			}
			target, after, ok := strings.Cut(h[start+1:], ">")
			if !ok {
				break
			}
			var next bool
			if next, h = relation(after); next {
				return strings.TrimSpace(target)
			}
		}
	}
	return ""
}

// relation reads the parameters of a link, up to the comma before the one after it, and says whether it is that of the next
// page. Only the first rel counts.
func relation(s string) (next bool, rest string) {
	known := false
	for s != "" && s[0] != ',' {
		if s[0] != ';' {
			s = s[1:]
			continue
		}
		s = strings.TrimLeft(s[1:], " \t")
		end := strings.IndexAny(s, "=;,")
		if end < 0 {
			return next, ""
		}
		name := strings.ToLower(strings.TrimSpace(s[:end]))
		s = s[end:]
		if s[0] != '=' {
			continue
		}
		var value string
		value, s = paramValue(strings.TrimLeft(s[1:], " \t"))
		if name == "rel" && !known {
			known = true
			for _, one := range strings.Fields(value) {
				next = next || strings.EqualFold(one, "next")
			}
		}
	}
	return next, s
}

// paramValue reads a token or a text in quotation marks.
func paramValue(s string) (value, rest string) {
	if s == "" || s[0] != '"' {
		end := strings.IndexAny(s, ";,")
		if end < 0 {
			end = len(s)
		}
		return strings.TrimSpace(s[:end]), s[end:]
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s):
			i++
			b.WriteByte(s[i])
		case s[i] == '"':
			return b.String(), s[i+1:]
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String(), ""
}
