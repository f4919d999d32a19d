package money

import (
	"unicode/utf8"

	"creditsync/transforms/fold"
)

// maxBytes bounds a value that may still be an amount.
const maxBytes = 160

// The plain form has one byte for each character that amounts are made of: ASCII as it is, Chinese numerals and units
// as the bytes below.
const (
	zero   byte = 0x80 // to 0x89: the Chinese digits
	nine   byte = 0x89
	ten    byte = 0x8A // 十
	hundr  byte = 0x8B // 百
	thous  byte = 0x8C // 千
	wan    byte = 0x8D // 万
	yi     byte = 0x8E // 亿
	yuan   byte = 0x8F // 元
	jiao   byte = 0x90 // 角
	fen    byte = 0x91 // 分
	whole  byte = 0x92 // 整
	point  byte = 0x93 // 点
	sign   byte = 0x94 // ￥
	person byte = 0x95 // 人
	people byte = 0x96 // 民
	coin   byte = 0x97 // 币
)

// plain writes b to out in the plain form, trimmed. It says false for what no amount contains.
func plain(out, b []byte) ([]byte, bool) {
	b = fold.Trim(b)
	if len(b) > maxBytes {
		return nil, false
	}
	for i := 0; i < len(b); {
		if b[i] < utf8.RuneSelf {
			out = append(out, b[i])
			i++
			continue
		}
		r, n := utf8.DecodeRune(b[i:])
		c := plainRune(r)
		if c == 0 {
			return nil, false
		}
		out = append(out, c)
		i += n
	}
	return out, true
}

// plainRune returns the byte of a character beyond ASCII, 0 when amounts do not contain it.
func plainRune(r rune) byte {
	if '！' <= r && r <= '～' {
		return byte(r - 0xFEE0)
	}
	switch r {
	case '〇', '零', '○':
		return zero
	case '一', '壹':
		return zero + 1
	case '二', '贰', '貳', '两':
		return zero + 2
	case '三', '叁', '叄', '參':
		return zero + 3
	case '四', '肆':
		return zero + 4
	case '五', '伍':
		return zero + 5
	case '六', '陆', '陸':
		return zero + 6
	case '七', '柒':
		return zero + 7
	case '八', '捌':
		return zero + 8
	case '九', '玖':
		return nine
	}
	return plainUnit(r)
}

// plainUnit knows everything but the digits.
func plainUnit(r rune) byte {
	switch r {
	case '十', '拾':
		return ten
	case '百', '佰':
		return hundr
	case '千', '仟':
		return thous
	case '万', '萬':
		return wan
	case '亿', '億':
		return yi
	case '元', '圆', '圓':
		return yuan
	case '角':
		return jiao
	case '分':
		return fen
	case '整', '正':
		return whole
	case '点':
		return point
	case '￥', '¥':
		return sign
	case '人':
		return person
	case '民':
		return people
	case '币':
		return coin
	case '−':
		return '-'
	case '\u00a0', '\u3000':
		return ' '
	}
	return 0
}

// cutPrefix drops blanks and the names of the currency, 人民币 and RMB and then ￥, each at most once.
func cutPrefix(s []byte) []byte {
	s = cutBlanks(s)
	if len(s) >= 3 {
		switch {
		case s[0] == person && s[1] == people && s[2] == coin,
			s[0]|0x20 == 'r' && s[1]|0x20 == 'm' && s[2]|0x20 == 'b':
			s = cutBlanks(s[3:])
		}
	}
	if len(s) > 0 && s[0] == sign {
		s = cutBlanks(s[1:])
	}
	return s
}

func cutBlanks(s []byte) []byte {
	for len(s) > 0 && s[0] == ' ' {
		s = s[1:]
	}
	return s
}
