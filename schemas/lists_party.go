package schemas

// PartyTypes is the type of a party or a listed body, in the words and numbers of the courts (580, 581), of interfaces
// made after them (0, 1) and of platforms. That a body is a government department is for a register to say: its type here
// is that of every organisation.
func PartyTypes() *List {
	return &List{Name: "party_type", Values: []Value{
		{Text: Organisation, Synonyms: []string{"581", "1", "法人和非法人组织", "法人及其他组织", "法人或其他组织", "法人或者其他组织", "法人", "非法人组织", "企业", "公司", "单位", "机构", "组织", "企业法人",
			"机关", "机关法人", "行政机关", "国家机关", "政府部门", "部门", "事业单位", "社会团体", "其他组织"}},
		{Text: Person, Synonyms: []string{"580", "0", "2", "个人", "公民"}},
		{Text: IndividualBusiness, Synonyms: []string{"4", "个体", "个体户"}},
	}}
}

// TradingBodies is 主体类别 of public trading platforms: 自然人, 法人, 其他.
func TradingBodies() *List {
	return &List{Name: "trading_body", Values: []Value{
		{Text: Organisation, Synonyms: []string{"法人", "法人和非法人组织", "法人或其他组织", "企业", "企业法人", "机关法人", "事业单位法人", "社会团体法人", "非法人组织", "其他组织", "1"}},
		{Text: Person, Synonyms: []string{"个人", "2"}},
		{Text: IndividualBusiness, Synonyms: []string{"个体", "个体户"}},
		{Text: "其他", Synonyms: []string{"其它"}},
	}}
}

// Sexes is 性别.
func Sexes() *List {
	return &List{Name: "sex", Open: true, Other: "其他", Values: []Value{
		{Text: "男", Synonyms: []string{"男性", "男姓"}},
		{Text: "女", Synonyms: []string{"女性", "女姓"}},
	}}
}
