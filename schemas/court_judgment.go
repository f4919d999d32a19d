package schemas

// CourtJudgment is 司法裁判和执行: civil, criminal and administrative judgments and enforcement against organisations,
// government bodies and persons. No standard says which fields such a record has; these are the union of what city
// platforms keep of 法院判决, 法院执行, 强制执行 and 行贿犯罪, each with the columns' codes there. The amounts that those keep
// as text stay text, since their unit is not said.
func CourtJudgment() *Kind {
	return &Kind{
		Name: "court_judgment", Title: "司法裁判和执行", English: "court judgment and enforcement", Version: 1, Ordinal: 1,
		Standard: "全国公共信用信息基础目录“司法裁判及执行信息”；案号：法〔2015〕137号",
		Fields: []Field{
			{Name: "subject_name", Title: "当事人名称", English: "name of the party", Type: Name, Max: 200, Required: true, Disclosure: Public,
				Spellings: []string{"当事人", "当事人姓名", "当事人姓名/名称", "姓名", "企业名称", "机构名称", "机构全称", "单位名称", "JGQC", "XM"}},
			{Name: "subject_type", Title: "当事人类别", English: "type of the party", Type: Choice, List: PartyTypes(), Max: 32, Required: true, Disclosure: Public,
				Spellings: []string{"当事人类型", "主体类别", "主体类型", "XYZTLB", "partyTypeName"}},
			{Name: "uscc", Title: "统一社会信用代码", English: "unified social credit code of the party", Code: "TYSHXYDM", Type: Code, Format: USCC, Max: 18, Disclosure: Public,
				Spellings: []string{"社会信用代码", "当事人统一社会信用代码"}},
			{Name: "org_code", Title: "组织机构代码", English: "organisation code", Code: "ZZJGDM", Type: Code, Format: OrgCode, Max: 9, Disclosure: Public},
			{Name: "registration_no", Title: "工商注册号", English: "business registration number", Code: "GSZCH", Type: Code, Max: 50, Disclosure: Public,
				Spellings: []string{"注册号"}},
			{Name: "other_no", Title: "其他证照号码", English: "number of another certificate", Type: Code, Max: 64, Disclosure: Shared},
			{Name: "id_type", Title: "证件类型", English: "document type of the person", Code: "ZJLX", Type: Choice, List: DocumentTypes(), Max: 64, Disclosure: Authorised},
			{Name: "id_no", Title: "证件号码", English: "document number of the person", Code: "SFZH", Type: Code, Format: PersonNo, TypeField: "id_type", Max: 64, Personal: PersonalNumber, Disclosure: Authorised,
				Spellings: []string{"身份证号", "身份证号码", "居民身份证号", "当事人身份证号"}},
			{Name: "legal_rep_name", Title: "法定代表人或负责人", English: "legal representative", Type: Name, Max: 50, Disclosure: Shared,
				Spellings: []string{"法定代表人", "法定代表人或负责人姓名", "负责人", "企业法人姓名", "businessEntity"}},
			{Name: "case_no", Title: "案号", English: "case number", Code: "AH", Type: Document, Format: CaseNo, Max: 255, Required: true, Disclosure: Public,
				Spellings: []string{"案件编号", "caseCode"}},
			{Name: "case_type", Title: "案件类别", English: "type of the case", Type: Choice, List: CaseTypes(), Max: 64, Disclosure: Public,
				Spellings: []string{"案件类型"}},
			{Name: "party_role", Title: "诉讼地位", English: "role of the party", Type: Choice, List: PartyRoles(), Max: 200, Required: true, Disclosure: Public,
				Spellings: []string{"当事人地位", "当事人诉讼地位", "诉讼身份"}},
			{Name: "court", Title: "法院名称", English: "court", Type: Name, Max: 255, Repeats: true, Required: true, Disclosure: Public,
				Spellings: []string{"法院", "受理法院", "审理法院", "判决法院", "判决机关", "执行法院", "SLFY", "ZXFY", "PJJIGUAN", "courtName"}},
			{Name: "cause", Title: "案由", English: "cause of action", Code: "AY", Type: Text, Max: 1000, Disclosure: Public},
			{Name: "filed_date", Title: "立案时间", English: "day on which the case was filed", Code: "LASJ", Type: Date, NotFuture: true, Disclosure: Public,
				Spellings: []string{"立案日期", "regDate"}},
			{Name: "claim", Title: "立案标的", English: "what is claimed", Code: "LABD", Type: Text, Max: 500, Disclosure: Public,
				Spellings: []string{"诉讼标的"}},
			{Name: "judgment_date", Title: "判决日期", English: "day of the judgment", Code: "PJRQ", Type: Date, NotFuture: true, Disclosure: Public,
				Spellings: []string{"裁判日期", "判决时间"}},
			{Name: "judgment_result", Title: "判决结果", English: "result of the judgment", Code: "PJJG", Type: Text, Max: 4000, Disclosure: Shared,
				Spellings: []string{"裁判结果"}},
			{Name: "basis_no", Title: "执行依据文号", English: "number of the document that is enforced", Code: "ZXYJWH", Type: Document, Format: CaseNo, Max: 255, Disclosure: Public,
				Spellings: []string{"执行依据", "gistId"}},
			{Name: "enforcement_object", Title: "执行标的", English: "what is enforced", Code: "ZXBD", Type: Text, Max: 500, Disclosure: Public},
			{Name: "enforcement_yuan", Title: "执行标的金额（元）", English: "amount enforced", Code: "execMoney", Type: Money, Unit: Yuan, Disclosure: Public,
				Spellings: []string{"执行标的金额", "执行标的（元）", "执行标的额"}},
			{Name: "enforcement_result", Title: "执行结果", English: "result of the enforcement", Code: "ZXJG", Type: Text, Max: 2000, Disclosure: Shared},
			{Name: "case_state", Title: "案件状态", English: "state of the case", Code: "AJZT", Type: Text, Max: 100, Repeats: true, Disclosure: Public,
				Spellings: []string{"caseState"}},
			{Name: "closed_date", Title: "结案日期", English: "day on which the case was closed", Code: "JARQ", Type: Date, NotFuture: true, Disclosure: Public,
				Spellings: []string{"结案时间"}},
			{Name: "closing_manner", Title: "结案方式", English: "how the case was closed", Code: "JAFS", Type: Text, Max: 200, Repeats: true, Disclosure: Public},
			{Name: "case_nature", Title: "案件性质", English: "nature of the offence", Code: "AJXZ", Type: Text, Max: 500, Disclosure: Shared},
			{Name: "case_summary", Title: "案情摘要", English: "summary of the case", Code: "AJZY", Type: Text, Max: 4000, Disclosure: Authorised},
			{Name: "involved_amount", Title: "涉案金额", English: "amount involved, as it is written", Code: "SAJE", Type: Text, Max: 200, Disclosure: Shared},
			{Name: "handling", Title: "处理情况", English: "how it was dealt with", Code: "CLQK", Type: Text, Max: 2000, Disclosure: Shared},
			{Name: "industry", Title: "行业领域", English: "industry", Code: "HYLY", Type: Text, Max: 200, Repeats: true, Disclosure: Shared},
			{Name: "employer", Title: "所属单位", English: "employer of the person", Type: Name, Max: 200, Disclosure: Shared,
				Spellings: []string{"工作单位", "所在单位"}},
			{Name: "position", Title: "职务", English: "office of the person", Code: "ZW", Type: Text, Max: 200, Disclosure: Shared},
			{Name: "source_unit_name", Title: "信息提供部门名称", English: "unit that delivers the data", Code: "BMMC", Type: Name, Max: 200, Repeats: true, Disclosure: Shared,
				Spellings: []string{"信息提供部门", "数据来源单位", "数据来源", "提供单位"}},
			{Name: "source_unit_code", Title: "信息提供部门编码", English: "code of that unit", Code: "BMBM", Type: Code, Max: 50, Repeats: true, Disclosure: Shared},
			{Name: "remark", Title: "备注", English: "remark", Code: "BZ", Type: Text, Max: 1024, Disclosure: Shared},
		},
		Key: []KeyPart{
			{Field: "case_no", Form: DocumentNo},
			{Field: "court", Form: Plain},
			{Form: SubjectNo},
			{Field: "party_role", Form: Plain},
		},
		Subject: Subject{
			Type: "subject_type", Name: "subject_name", USCC: "uscc", Person: Person,
			Codes: []string{"uscc", "org_code", "registration_no", "other_no"},
		},
		PersonDisclosure: Shared,
		Authority:        []string{"court", "source_unit_name"},
		Warnings: []Check{
			{Rule: "no_code", Fields: []string{"subject_type", "uscc", "org_code", "registration_no", "other_no"}},
			{Rule: "uscc_type", Fields: []string{"uscc", "subject_type"}},
			{Rule: "org_code_inner", Fields: []string{"uscc"}},
			{Rule: "case_form", Fields: []string{"case_no"}},
			{Rule: "case_year", Fields: []string{"case_no", "filed_date"}},
			{Rule: "case_type_differs", Fields: []string{"case_no", "case_type"}},
			{Rule: "judged_before_filed", Fields: []string{"judgment_date", "filed_date"}},
			{Rule: "closed_before_filed", Fields: []string{"closed_date", "filed_date"}},
			{Rule: "unknown_category", Fields: []string{"party_role", "case_type", "id_type"}},
		},
		Layouts: []Layout{
			{
				// The table of 行贿犯罪, whose SSDW is the employer.
				Name: "行贿犯罪", Marks: []string{"ZW", "AJXZ", "AJZY", "SAJE", "行贿犯罪档案"},
				Headers:  map[string]string{"SSDW": "employer"},
				Defaults: []Default{{Field: "party_role", Value: "被告人"}},
			},
			{
				// The tables of 法院执行, whose SSDW is the role.
				Name: "法院执行", Marks: []string{"SLFY", "AY", "ZXYJWH", "LABD", "JAFS"},
				Headers: map[string]string{"SSDW": "party_role"},
			},
			{
				Name: "被执行人",
				Headers: map[string]string{
					"BZXRMC": "subject_name", "被执行人名称": "subject_name", "被执行人姓名": "subject_name", "被执行人": "subject_name", "被执行人姓名/名称": "subject_name",
					"iname": "subject_name", "ZXFY": "court", "execCourtName": "court",
				},
				Defaults: []Default{{Field: "party_role", Value: Enforced}},
			},
			{
				Name: "机构", Marks: []string{"JGQC", "机构全称", "机构名称", "企业名称", "单位名称", "BZXRMC"},
				Defaults: []Default{{Field: "subject_type", Value: Organisation}},
			},
			{
				Name: "个人", Marks: []string{"XM", "姓名", "当事人姓名", "被执行人姓名"},
				Defaults: []Default{{Field: "subject_type", Value: Person}},
			},
			{
				// A header that says whose card the number is of says the document's type.
				Name: "身份证", Marks: []string{"SFZH", "身份证号", "身份证号码", "居民身份证号", "当事人身份证号", "cardNum", "身份证号码/组织机构代码", "身份证号/组织机构代码"},
				Defaults: []Default{{Field: "id_type", Value: ResidentID, When: "id_no"}},
			},
			{
				Name: "未注明地位", Headers: map[string]string{"AH": "case_no", "案号": "case_no", "案件编号": "case_no", "case_no": "case_no"},
				Defaults: []Default{{Field: "party_role", Value: RoleUnstated}},
			},
		},
		Mixed: []Mixed{{
			Headers: []string{"cardNum", "身份证号码/组织机构代码", "身份证号/组织机构代码", "证件号码/统一社会信用代码", "当事人证件号码", "证照号码"},
			Person:  "id_no", Codes: []string{"uscc", "org_code", "other_no"},
		}},
	}
}
