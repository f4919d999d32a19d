package bureau

// office is a bureau that decides penalties, and where it is.
type office struct {
	name   string // 吉安市市场监督管理局
	uscc   string
	place  string // as addresses begin
	brief  string // as company names begin
	abbr   string // of its document numbers
	region string // GB/T 2260
	share  int    // of the penalties, in hundredths
	clerk  clerk

	workbook bool // it delivers an Excel workbook of its own
}

// offices are the city's bureau and those of its counties, each with the habits of whoever types there.
func offices() []*office {
	list := []*office{
		{brief: "吉安市", place: "吉安市吉州区", abbr: "吉", region: "360800", share: 14, clerk: clerk{dashes, wanyuan, "〔〕", "；", standardTypes, false}},
		{brief: "吉安市吉州区", abbr: "吉州", region: "360802", share: 13, clerk: clerk{slashes, wanyuan, "[]", ";", standardTypes, false}},
		{brief: "吉安市青原区", abbr: "青原", region: "360803", share: 8, clerk: clerk{dots, wanyuan, "〔〕", "、", shortTypes, false}},
		{brief: "吉安县", abbr: "吉安县", region: "360821", share: 9, clerk: clerk{chinese, withUnit, "〔〕", "；", standardTypes, false}},
		{brief: "吉水县", abbr: "吉水", region: "360822", share: 6, clerk: clerk{slashes, yuan, "（）", ",", shortTypes, true}},
		{brief: "峡江县", abbr: "峡江", region: "360823", share: 3, clerk: clerk{compact, sixDecimals, "〔〕", "|", numberTypes, false}},
		{brief: "新干县", abbr: "新干", region: "360824", share: 5, clerk: clerk{dashes, wanyuan, "【】", "；", standardTypes, true}},
		{brief: "永丰县", abbr: "永丰", region: "360825", share: 6, clerk: clerk{serials, sixDecimals, "〔〕", ";", numberTypes, false}, workbook: true},
		{brief: "泰和县", abbr: "泰和", region: "360826", share: 8, clerk: clerk{chinese, yuan, "〔〕", "，", standardTypes, false}},
		{brief: "遂川县", abbr: "遂川", region: "360827", share: 7, clerk: clerk{dashes, withUnit, "()", "；", shortTypes, true}},
		{brief: "万安县", abbr: "万安", region: "360828", share: 4, clerk: clerk{numerals, inWords, "〔〕", "、", standardTypes, false}},
		{brief: "安福县", abbr: "安福", region: "360829", share: 6, clerk: clerk{midnight, wanyuan, "〔〕", "；", standardTypes, false}},
		{brief: "永新县", abbr: "永新", region: "360830", share: 6, clerk: clerk{slashes, yuan, "［］", ";", shortTypes, false}},
		{brief: "井冈山市", abbr: "井冈山", region: "360881", share: 5, clerk: clerk{fullWidth, wanyuan, "〔〕", "；", standardTypes, true}},
	}
	for i, o := range list {
		o.name = o.brief + "市场监督管理局"
		o.uscc = officeCode(o.region, 1_456_789+i*654_321)
		if o.place == "" {
			o.place = o.brief
			if len([]rune(o.brief)) == 3 {
				o.place = "吉安市" + o.brief
			}
		}
	}
	return list
}
