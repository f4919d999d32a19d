package schemas

// Classes of disciplinary action; the Group of a DisciplinaryActions value names those that it belongs to.
const (
	StateSanction  = "政务处分"
	PartySanction  = "党纪处分"
	Organisational = "组织处理"
	OtherMeasure   = "其他措施"
	Accountability = "单位问责"
	OldSanction    = "行政处分"
)

// ActionClasses is 处理类别. What is 政务处分 since 2020-07-01 was 行政处分 before.
func ActionClasses() *List {
	return &List{Name: "action_class", Open: true, Other: "其他-", Values: []Value{
		{Text: StateSanction, Generation: "2020-07", Synonyms: []string{"政纪处分", "政务"}},
		{Text: PartySanction, Synonyms: []string{"党纪", "党内处分", "党的纪律处分"}},
		{Text: Organisational, Synonyms: []string{"组织调整"}},
		{Text: OtherMeasure, Synonyms: []string{"其他处理", "其他"}},
		{Text: Accountability, Synonyms: []string{"问责", "部门问责", "组织问责"}},
		{Text: OldSanction, Generation: "2020-07 以前"},
	}}
}

// DisciplinaryActions is 处分种类: of 公职人员政务处分法 §7, of the party's rules, of 组织处理 since 2021, the measures that
// were counted among it before, and those against departments. A source may send either generation whatever the date.
func DisciplinaryActions() *List {
	state := StateSanction + " " + OldSanction
	other := OtherMeasure + " " + Organisational
	return &List{Name: "disciplinary_action", Open: true, Other: "其他", Values: []Value{
		{Text: "警告", Group: state + " " + PartySanction},
		{Text: "政务警告", Group: state, Synonyms: []string{"行政警告"}},
		{Text: "党内警告", Group: PartySanction},
		{Text: "严重警告", Group: PartySanction, Synonyms: []string{"党内严重警告"}},
		{Text: "撤销党内职务", Group: PartySanction},
		{Text: "留党察看", Group: PartySanction},
		{Text: "留党察看一年", Group: PartySanction, Synonyms: []string{"留党察看1年"}},
		{Text: "留党察看二年", Group: PartySanction, Synonyms: []string{"留党察看两年", "留党察看2年"}},
		{Text: "开除党籍", Group: PartySanction},
		{Text: "记过", Group: state, Synonyms: []string{"政务记过", "行政记过"}},
		{Text: "记大过", Group: state, Synonyms: []string{"政务记大过", "行政记大过"}},
		{Text: "降级", Group: state, Synonyms: []string{"政务降级", "行政降级"}},
		{Text: "撤职", Group: state, Synonyms: []string{"政务撤职", "行政撤职"}},
		{Text: "开除", Group: state, Synonyms: []string{"开除公职", "政务开除", "行政开除"}},
		{Text: "停职检查", Group: Organisational},
		{Text: "调整职务", Group: Organisational},
		{Text: "调离岗位", Group: Organisational},
		{Text: "责令辞职", Group: Organisational},
		{Text: "免职", Group: Organisational},
		{Text: "降职", Group: Organisational},
		{Text: "谈话提醒", Group: other, Synonyms: []string{"提醒谈话"}},
		{Text: "批评教育", Group: other},
		{Text: "责令检查", Group: other, Synonyms: []string{"责令作出检查", "责令书面检查"}},
		{Text: "诫勉", Group: other, Synonyms: []string{"诫勉谈话"}},
		{Text: "检查", Group: Accountability},
		{Text: "通报", Group: Accountability + " " + OtherMeasure},
		{Text: "通报批评", Group: Accountability + " " + OtherMeasure},
		{Text: "改组", Group: Accountability},
	}}
}

// IntegrityAreas is 政务失信领域 by 国发〔2016〕76号.
func IntegrityAreas() *List {
	return &List{Name: "integrity_area", Open: true, Other: "其他", Values: []Value{
		{Text: "政府采购"},
		{Text: "政府和社会资本合作", Synonyms: []string{"PPP"}},
		{Text: "招标投标", Synonyms: []string{"招投标"}},
		{Text: "招商引资"},
		{Text: "地方政府债务", Synonyms: []string{"政府债务"}},
		{Text: "街道和乡镇", Synonyms: []string{"街道乡镇", "街道、乡镇"}},
	}}
}

// ConfinedActions is 限制的行为 of public trading platforms.
func ConfinedActions() *List {
	return &List{Name: "confined_action", Open: true, Other: "其他", Values: []Value{
		{Text: "禁止参加投标活动", Synonyms: []string{"禁止投标"}},
		{Text: "禁止参加招标代理活动"},
		{Text: "禁止参加评标、评审活动", Synonyms: []string{"禁止参加评标评审活动"}},
	}}
}
