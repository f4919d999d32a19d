package schemas

// JudgmentDefaulter is 失信被执行人: the fields in which the courts publish the list and exchange it, with their keys
// there. A person's number comes masked (3209231969****1513) and is stored so. How often a record was looked at
// (关注次数, focusNumber) and when it was touched (最新更新日期) are no part of it: they would make a version every night.
//
// When a listing ends is not derived from its day: circumstance (1) of the rule has no fixed end.
func JudgmentDefaulter() *Kind {
	return &Kind{
		Name: "judgment_defaulter", Title: "失信被执行人", English: "person or body that defaults on a judgment", Version: 1, Ordinal: 2,
		Standard: "最高人民法院关于公布失信被执行人名单信息的若干规定（法释〔2017〕7号）",
		Fields: []Field{
			{Name: "subject_name", Title: "失信被执行人姓名/名称", English: "name of the defaulter", Code: "iname", Type: Name, Max: 200, Required: true, Disclosure: Public,
				Spellings: []string{"失信被执行人名称", "失信被执行人姓名", "失信被执行人", "被执行人姓名/名称", "被执行人名称", "被执行人姓名", "姓名", "企业名称", "JGQC", "XM"}},
			{Name: "subject_type", Title: "类型代码", English: "type of the defaulter", Code: "partyTypeName", Type: Choice, List: PartyTypes(), Max: 32, Required: true, Disclosure: Public,
				Spellings: []string{"被执行人类型", "失信被执行人类型", "当事人类型", "主体类别", "主体类型", "type", "XYZTLB"}},
			{Name: "uscc", Title: "统一社会信用代码", English: "unified social credit code", Code: "TYSHXYDM", Type: Code, Format: USCC, Max: 18, Disclosure: Public,
				Spellings: []string{"社会信用代码"}},
			{Name: "org_code", Title: "组织机构代码", English: "organisation code", Code: "ZZJGDM", Type: Code, Format: OrgCode, Max: 9, Disclosure: Public},
			{Name: "other_no", Title: "其他证照号码", English: "number of another certificate", Type: Code, Max: 64, Disclosure: Shared},
			{Name: "id_type", Title: "证件类型", English: "document type of the person", Type: Choice, List: DocumentTypes(), Max: 64, Disclosure: Authorised},
			{Name: "id_no", Title: "身份证号码", English: "document number of the person, masked as the court publishes it", Type: Code, Format: PersonNo, TypeField: "id_type", Max: 64, Personal: PersonalNumber, Disclosure: Authorised,
				Spellings: []string{"身份证号", "证件号码", "居民身份证号", "SFZH"}},
			{Name: "age", Title: "年龄", English: "age when the record was made; 0 for bodies", Code: "age", Type: Count, Unit: "岁", Disclosure: Public},
			{Name: "sex", Title: "性别", English: "sex", Code: "sexy", Type: Choice, List: Sexes(), Max: 10, Disclosure: Public,
				Spellings: []string{"gender"}},
			{Name: "legal_rep_name", Title: "法定代表人或负责人姓名", English: "legal representative", Code: "businessEntity", Type: Name, Max: 64, Disclosure: Public,
				Spellings: []string{"法定代表人或者负责人姓名", "法定代表人", "负责人姓名", "企业法人姓名"}},
			{Name: "case_no", Title: "案号", English: "case number of the enforcement", Code: "caseCode", Type: Document, Format: CaseNo, Max: 255, Required: true, Disclosure: Public,
				Spellings: []string{"执行案号", "AH"}},
			{Name: "court", Title: "执行法院", English: "enforcing court", Code: "courtName", Type: Name, Max: 255, Repeats: true, Required: true, Disclosure: Public,
				Spellings: []string{"法院名称", "ZXFY", "execCourtName"}},
			{Name: "province", Title: "省份", English: "province", Code: "areaName", Type: Text, Max: 64, Repeats: true, Disclosure: Public,
				Spellings: []string{"地域名称", "省份名称", "地域"}},
			{Name: "basis_no", Title: "执行依据文号", English: "number of the document that is enforced", Code: "gistId", Type: Document, Format: CaseNo, Max: 255, Disclosure: Public},
			{Name: "basis_unit", Title: "做出执行依据单位", English: "who issued that document", Code: "gistUnit", Type: Name, Max: 255, Repeats: true, Disclosure: Public,
				Spellings: []string{"作出执行依据单位", "做出执行依据的单位", "作出执行依据的单位"}},
			{Name: "filed_date", Title: "立案时间", English: "day on which the enforcement was filed", Code: "regDate", Type: Date, NotFuture: true, Disclosure: Public,
				Spellings: []string{"立案日期", "LASJ"}},
			{Name: "publish_date", Title: "发布时间", English: "day of publication", Code: "publishDate", Type: Date, NotFuture: true, Disclosure: Public,
				Spellings: []string{"发布日期", "公布时间"}},
			{Name: "duty", Title: "生效法律文书确定的义务", English: "what the document obliges to", Code: "duty", Type: Text, Max: 4000, Disclosure: Public,
				Spellings: []string{"法律生效文书确定的义务", "生效法律文书确定义务"}},
			{Name: "performance", Title: "被执行人的履行情况", English: "performance", Code: "performance", Type: Choice, List: Performances(), Max: 64, Disclosure: Public,
				Spellings: []string{"履行情况", "被执行人履行情况"}},
			{Name: "performed_part", Title: "已履行部分", English: "what was performed", Code: "performedPart", Type: Text, Max: 4000, Disclosure: Public},
			{Name: "unperformed_part", Title: "未履行部分", English: "what was not", Code: "unperformPart", Type: Text, Max: 4000, Disclosure: Public},
			{Name: "conduct", Title: "失信被执行人行为具体情形", English: "the conduct for which it is listed", Code: "disruptTypeName", Type: Choices, List: DefaultConducts(), Max: 1000, Disclosure: Public,
				Spellings: []string{"失信被执行人具体情形", "失信行为具体情形", "失信行为情形"}},
			{Name: "source_unit_name", Title: "数据来源", English: "unit that delivers the data", Type: Name, Max: 200, Repeats: true, Disclosure: Shared,
				Spellings: []string{"数据来源单位", "信息提供部门名称", "BMMC"}},
			{Name: "remark", Title: "备注", English: "remark", Code: "BZ", Type: Text, Max: 1024, Disclosure: Shared},
		},
		Key: []KeyPart{
			{Field: "case_no", Form: DocumentNo},
			{Field: "court", Form: Plain},
			{Field: "subject_name", Form: Plain},
			{Form: SubjectNo},
		},
		Subject: Subject{
			Type: "subject_type", Name: "subject_name", USCC: "uscc", Person: Person,
			Codes: []string{"uscc", "org_code", "other_no"},
		},
		Authority: []string{"court", "source_unit_name"},
		Warnings: []Check{
			{Rule: "no_code", Fields: []string{"subject_type", "uscc", "org_code", "other_no"}},
			{Rule: "uscc_type", Fields: []string{"uscc", "subject_type"}},
			{Rule: "org_code_inner", Fields: []string{"uscc"}},
			{Rule: "case_form", Fields: []string{"case_no"}},
			{Rule: "case_year", Fields: []string{"case_no", "filed_date"}},
			{Rule: "published_before_filed", Fields: []string{"publish_date", "filed_date"}},
			{Rule: "performance_differs", Fields: []string{"performance", "performed_part", "unperformed_part"}},
			{Rule: "unknown_category", Fields: []string{"conduct", "performance", "sex", "id_type"}},
		},
		Layouts: []Layout{
			{
				Name: "企业", Marks: []string{"企业名称", "JGQC", "企业法人姓名"},
				Defaults: []Default{{Field: "subject_type", Value: Organisation}},
			},
			{
				Name: "个人", Marks: []string{"姓名", "XM", "被执行人姓名", "失信被执行人姓名"},
				Defaults: []Default{{Field: "subject_type", Value: Person}},
			},
			{
				Name: "身份证", Marks: []string{"cardNum", "身份证号码/组织机构代码", "身份证号/组织机构代码", "身份证号码", "身份证号", "居民身份证号", "SFZH", "id_no"},
				Defaults: []Default{{Field: "id_type", Value: ResidentID, When: "id_no"}},
			},
		},
		Mixed: []Mixed{{
			Headers: []string{"cardNum", "身份证号码/组织机构代码", "身份证号/组织机构代码", "组织机构代码/身份证号码", "证件号码/组织机构代码", "证照号码"},
			Person:  "id_no", Codes: []string{"uscc", "org_code", "other_no"},
		}},
	}
}
