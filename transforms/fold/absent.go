package fold

// IsNull reports that b, once trimmed, is a spelling by which databases and programs say that there is no value:
// empty, NULL, \N, None, nil, N/A, in any letter case (\N apart). It holds for every kind of field.
func IsNull(b []byte) bool {
	switch len(b) {
	case 0:
		return true
	case 2:
		return b[0] == '\\' && b[1] == 'N'
	case 3:
		return equalASCII(b, "nil") || equalASCII(b, "n/a")
	case 4:
		return equalASCII(b, "null") || equalASCII(b, "none")
	}
	return false
}

// IsPlaceholder reports that b, once trimmed, is what people write into a field that they have nothing for: 无, 暂无,
// 空, / or dashes. It is meant for codes, numbers and dates only: in free text 无 may be the answer.
func IsPlaceholder(b []byte) bool {
	if len(b) == 0 || len(b) > 6 {
		return false
	}
	switch string(b) {
	case "无", "暂无", "空", "/", "／", "-", "--", "---", "－", "－－", "—", "——", "–":
		return true
	}
	return false
}

// equalASCII compares b with want, which is lower case and as long as b, without regard to ASCII case.
func equalASCII(b []byte, want string) bool {
	for i := range b {
		c := b[i]
		if c-'A' < 26 {
			c += 'a' - 'A'
		}
		if c != want[i] {
			return false
		}
	}
	return true
}
