package schemas

// Roles of a party that declarations name.
const (
	Enforced     = "被执行人"
	RoleUnstated = "未注明" // the source's table has parties and does not say which they are
)

// PartyRoles is 诉讼地位.
func PartyRoles() *List {
	return &List{Name: "party_role", Open: true, Other: "其他", Values: []Value{
		{Text: "原告"},
		{Text: "被告"},
		{Text: "第三人"},
		{Text: "上诉人"},
		{Text: "被上诉人"},
		{Text: "申请人"},
		{Text: "再审申请人"},
		{Text: "被申请人"},
		{Text: "自诉人"},
		{Text: "被告人", Synonyms: []string{"刑事被告人"}},
		{Text: "罪犯"},
		{Text: "被告单位"},
		{Text: "申请执行人"},
		{Text: Enforced},
		{Text: "赔偿请求人"},
		{Text: "赔偿义务机关"},
		{Text: RoleUnstated, Synonyms: []string{"当事人"}},
	}}
}

// CaseTypes is 案件类别; Group is the character by which a case number says the same.
func CaseTypes() *List {
	return &List{Name: "case_type", Open: true, Other: "其他", Values: []Value{
		{Text: "民事", Group: "民", Synonyms: []string{"民事案件", "民商事", "商事"}},
		{Text: "刑事", Group: "刑", Synonyms: []string{"刑事案件"}},
		{Text: "行政", Group: "行", Synonyms: []string{"行政案件", "行政诉讼"}},
		{Text: "国家赔偿", Group: "赔", Synonyms: []string{"赔偿", "国家赔偿案件", "赔偿案件"}},
		{Text: "执行", Synonyms: []string{"执行案件", "强制执行"}},
		{Text: "非诉行政执行", Synonyms: []string{"行政非诉", "非诉行政案件", "非诉行政执行案件"}},
		{Text: "强制清算与破产", Synonyms: []string{"破产", "破产案件", "强制清算与破产案件"}},
	}}
}

// Performances is 被执行人的履行情况.
func Performances() *List {
	return &List{Name: "performance", Open: true, Other: "其他", Values: []Value{
		{Text: "全部未履行", Synonyms: []string{"未履行"}},
		{Text: "部分未履行", Synonyms: []string{"部分履行", "部分已履行"}},
		{Text: "全部已履行", Synonyms: []string{"已履行", "全部履行", "已全部履行", "履行完毕"}},
	}}
}

// DefaultConducts is 失信被执行人行为具体情形 by 法释〔2017〕7号 §1, with the words of the courts' site, the older ones too.
func DefaultConducts() *List {
	return &List{Name: "default_conduct", Open: true, Other: "其他-", Values: []Value{
		{Text: "有履行能力而拒不履行生效法律文书确定义务", Synonyms: []string{"其他有履行能力而拒不履行生效法律文书确定义务", "有履行能力而拒不履行生效法律文书确定的义务", "有履行能力而拒不履行", "有履行能力而拒不履行生效法律文书确定义务的"}},
		{Text: "以伪造证据、暴力、威胁等方法妨碍、抗拒执行", Synonyms: []string{"以伪造证据、暴力、威胁等方法妨碍、抗拒执行的", "以伪造证据、暴力、威胁等方法妨碍抗拒执行"}},
		{Text: "伪造证据妨碍、抗拒执行", Synonyms: []string{"伪造证据妨碍、抗拒执行的", "以伪造证据妨碍、抗拒执行"}},
		{Text: "暴力、威胁妨碍、抗拒执行", Synonyms: []string{"以暴力、威胁方法妨碍、抗拒执行", "暴力、威胁方法妨碍、抗拒执行"}},
		{Text: "以虚假诉讼、虚假仲裁或者以隐匿、转移财产等方法规避执行", Synonyms: []string{"以虚假诉讼、虚假仲裁或者以隐匿、转移财产等方法规避执行的", "以虚假诉讼、虚假仲裁或隐匿转移财产等方法规避执行", "以虚假诉讼、虚假仲裁或者以隐匿、转移财产等方法规避执行行为"}},
		{Text: "其他规避执行", Synonyms: []string{"其它规避执行"}},
		{Text: "违反财产报告制度", Synonyms: []string{"违反财产报告制度的"}},
		{Text: "违反限制消费令", Synonyms: []string{"违反限制消费令的", "违反限制高消费令", "违反限制高消费令的"}},
		{Text: "无正当理由拒不履行执行和解协议", Synonyms: []string{"被执行人无正当理由拒不履行执行和解协议", "无正当理由拒不履行执行和解协议的", "被执行人无正当理由拒不履行执行和解协议的"}},
	}}
}
