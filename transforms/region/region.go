// Package region knows the administrative division codes of GB/T 2260 as far as identifiers need them: every
// province's two digits, and the names of Jiangxi's prefectures and of Ji'an's counties, today's and those of the
// time before 2000, which stand in the resident IDs of everybody who was registered then.
//
// It is not a complete gazetteer: a six-digit code that is not listed here may well exist, so an unknown county is
// never a reason to refuse a value. Development zones have no code in the standard; they are configuration.
package region

import "sort"

// provinces names the first two digits of GB/T 2260; 81, 82 and 83 also begin the residence permit numbers of people
// from Hong Kong, Macao and Taiwan.
var provinces = [100]string{
	11: "北京市", 12: "天津市", 13: "河北省", 14: "山西省", 15: "内蒙古自治区",
	21: "辽宁省", 22: "吉林省", 23: "黑龙江省",
	31: "上海市", 32: "江苏省", 33: "浙江省", 34: "安徽省", 35: "福建省", 36: "江西省", 37: "山东省",
	41: "河南省", 42: "湖北省", 43: "湖南省", 44: "广东省", 45: "广西壮族自治区", 46: "海南省",
	50: "重庆市", 51: "四川省", 52: "贵州省", 53: "云南省", 54: "西藏自治区",
	61: "陕西省", 62: "甘肃省", 63: "青海省", 64: "宁夏回族自治区", 65: "新疆维吾尔自治区",
	71: "台湾省", 81: "香港特别行政区", 82: "澳门特别行政区", 83: "台湾省",
}

// place is a code with its name.
type place struct {
	code int32
	name string
}

// places are the codes of six digits that have a name here, in ascending order.
var places = [...]place{
	{360100, "南昌市"}, {360200, "景德镇市"}, {360300, "萍乡市"}, {360400, "九江市"}, {360500, "新余市"},
	{360600, "鹰潭市"}, {360700, "赣州市"},
	{360800, "吉安市"}, {360801, "吉安市市辖区"}, {360802, "吉州区"}, {360803, "青原区"},
	{360821, "吉安县"}, {360822, "吉水县"}, {360823, "峡江县"}, {360824, "新干县"}, {360825, "永丰县"},
	{360826, "泰和县"}, {360827, "遂川县"}, {360828, "万安县"}, {360829, "安福县"}, {360830, "永新县"},
	{360881, "井冈山市"},
	{360900, "宜春市"}, {361000, "抚州市"}, {361100, "上饶市"},
	// Until 2000 Ji'an was a prefecture (地区) with codes of its own.
	{362400, "吉安地区"}, {362401, "吉安市（县级，2000年前）"}, {362402, "井冈山市（2000年前）"},
	{362421, "吉安县"}, {362422, "吉水县"}, {362423, "峡江县"}, {362424, "新干县"}, {362425, "永丰县"},
	{362426, "泰和县"}, {362427, "遂川县"}, {362428, "万安县"}, {362429, "安福县"}, {362430, "永新县"},
	{362432, "宁冈县"},
}

// KnownProvince reports that code begins with the two digits of a province. The rest of code is not looked at; a code
// shorter than two bytes is unknown.
func KnownProvince(code []byte) bool {
	return len(code) >= 2 && KnownProvinceDigits(code[0]-'0', code[1]-'0')
}

// KnownProvinceDigits is KnownProvince for the values (0 to 9) of the two digits; other values are unknown.
func KnownProvinceDigits(tens, ones byte) bool {
	return tens < 10 && ones < 10 && provinces[int(tens)*10+int(ones)] != ""
}

// Province returns the name of the province whose two digits code begins with, "" when there is none.
func Province(code []byte) string {
	if !KnownProvince(code) {
		return ""
	}
	return provinces[int(code[0]-'0')*10+int(code[1]-'0')]
}

// Name returns the name that belongs to a code of six digits: of a province (360000), a prefecture of Jiangxi or a
// county of Ji'an, historic ones included. It is "" for a code that is not listed, which does not mean that the code
// is wrong.
func Name(code []byte) string {
	if len(code) != 6 {
		return ""
	}
	n := int32(0)
	for _, c := range code {
		if c-'0' > 9 {
			return ""
		}
		n = n*10 + int32(c-'0')
	}
	if n%10000 == 0 {
		return Province(code)
	}
	i := sort.Search(len(places), func(i int) bool { return places[i].code >= n })
	if i < len(places) && places[i].code == n {
		return places[i].name
	}
	return ""
}
