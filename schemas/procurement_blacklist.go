package schemas

// ProcurementBlacklist is 政府采购严重违法失信行为记录名单: the columns in which the list is published, under their headers
// there and on 信用中国, and what a finance bureau's own system has beside them. The list has no document number, so that
// two decisions of one unit against one supplier on one day are one record unless the source delivers the number; on
// 信用中国 it does not name the unit either, and the source of the data stands in for it.
func ProcurementBlacklist() *Kind {
	return &Kind{
		Name: "procurement_blacklist", Title: "政府采购严重违法失信行为记录", English: "serious violation in government procurement", Version: 1, Ordinal: 4,
		Standard: "政府采购严重违法失信行为记录名单（政府采购法第七十七条；财库〔2016〕125号）",
		Fields: []Field{
			{Name: "subject_name", Title: "企业名称", English: "name of the supplier, agent or expert", Code: "orgName", Type: Name, Max: 200, Required: true, Disclosure: Public,
				Spellings: []string{"机构名称", "供应商名称", "供应商", "代理机构名称", "当事人名称", "评审专家姓名", "失信主体名称"}},
			{Name: "subject_type", Title: "主体类别", English: "type of the subject", Type: Choice, List: PartyTypes(), Max: 32, Required: true, Disclosure: Public,
				Spellings: []string{"主体类型", "当事人类别", "当事人类型", "XYZTLB"}},
			{Name: "uscc", Title: "统一社会信用代码", English: "unified social credit code", Type: Code, Format: USCC, Max: 18, Disclosure: Public,
				Spellings: []string{"社会信用代码"}},
			{Name: "org_code", Title: "组织机构代码", English: "organisation code", Type: Code, Format: OrgCode, Max: 9, Disclosure: Public},
			{Name: "other_no", Title: "其他证照号码", English: "number of another certificate", Type: Code, Max: 64, Disclosure: Shared},
			{Name: "id_type", Title: "证件类型", English: "document type of the person", Type: Choice, List: DocumentTypes(), Max: 64, Disclosure: Authorised},
			{Name: "id_no", Title: "证件号码", English: "document number of the person", Type: Code, Format: PersonNo, TypeField: "id_type", Max: 64, Personal: PersonalNumber, Disclosure: Authorised,
				Spellings: []string{"身份证号", "身份证号码"}},
			{Name: "address", Title: "企业地址", English: "address", Type: Text, Max: 500, Disclosure: Public,
				Spellings: []string{"地址", "机构地址", "住所"}},
			{Name: "decision_no", Title: "处罚决定书文号", English: "number of the penalty decision", Type: Document, Max: 128, Disclosure: Public,
				Spellings: []string{"处罚决定文号", "决定书文号", "处理决定文号", "文号"}},
			{Name: "behaviour", Title: "严重违法失信行为的具体情形", English: "what was done", Type: Text, Max: 5000, Required: true, Disclosure: Public,
				Spellings: []string{"不良行为的具体情形", "严重违法失信行为具体情形", "违法失信行为的具体情形", "具体情形"}},
			{Name: "penalty_result", Title: "处罚结果", English: "result of the penalty", Type: Text, Max: 4000, Required: true, Disclosure: Public,
				Spellings: []string{"处理结果"}},
			{Name: "legal_basis", Title: "处罚依据", English: "legal basis of the penalty", Type: Text, Max: 2048, Disclosure: Public,
				Spellings: []string{"处理依据"}},
			{Name: "penalty_date", Title: "处罚日期", English: "day of the penalty", Code: "punishTime", Type: Date, Required: true, NotFuture: true, Disclosure: Public,
				Spellings: []string{"记录日期", "处罚（记录）日期", "处罚决定日期", "punishDate"}},
			{Name: "publish_date", Title: "公布日期", English: "day of publication", Code: "publishDate", Type: Date, Disclosure: Public,
				Spellings: []string{"发布日期", "公示日期"}},
			{Name: "publish_until", Title: "公布截止日期", English: "end of publication", Code: "publishEndDate", Type: Date, Disclosure: Public,
				Spellings: []string{"公示截止日期", "公布截止时间"}},
			{Name: "authority_name", Title: "执法单位", English: "unit that imposed the penalty", Code: "enforceUnit", Type: Name, Max: 200, Repeats: true, Disclosure: Public,
				Spellings: []string{"执法机关", "处罚机关", "处罚单位"}},
			{Name: "authority_uscc", Title: "执法单位统一社会信用代码", English: "its unified social credit code", Type: Code, Format: USCC, Max: 18, Repeats: true, Disclosure: Public,
				Spellings: []string{"执法单位代码"}},
			{Name: "registered_place", Title: "登记地点", English: "where it was recorded", Type: Text, Max: 200, Repeats: true, Disclosure: Public},
			{Name: "fine_yuan", Title: "罚款金额（元）", English: "fine", Type: Money, Unit: Yuan, Disclosure: Public,
				Spellings: []string{"罚款金额"}},
			{Name: "ban_start", Title: "禁止参加政府采购活动开始日期", English: "first day of the ban", Type: Date, Disclosure: Public,
				Spellings: []string{"禁止开始日期", "禁止期限起", "处罚开始日期"}},
			{Name: "ban_end", Title: "禁止参加政府采购活动截止日期", English: "last day of the ban", Type: Date, Disclosure: Public,
				Spellings: []string{"禁止截止日期", "禁止期限止", "处罚截止日期"}},
			{Name: "revoked_date", Title: "撤销日期", English: "day on which the record was revoked", Type: Date, NotFuture: true, Disclosure: Public,
				Spellings: []string{"移出日期"}},
			{Name: "source_unit_name", Title: "数据来源", English: "unit that delivers the data", Type: Name, Max: 200, Repeats: true, Disclosure: Shared,
				Spellings: []string{"数据来源单位", "信息提供部门"}},
			{Name: "remark", Title: "备注", English: "remark", Code: "BZ", Type: Text, Max: 1024, Disclosure: Shared},
		},
		Key: []KeyPart{
			{Fields: []string{"authority_name", "source_unit_name"}, Form: FirstOf},
			{Form: SubjectNo},
			{Fields: []string{"decision_no", "penalty_date"}, Form: FirstOf},
		},
		AnyOf: [][]string{{"authority_name", "source_unit_name"}, {"decision_no", "penalty_date"}},
		Subject: Subject{
			Type: "subject_type", Name: "subject_name", USCC: "uscc", Person: Person,
			Codes: []string{"uscc", "org_code", "other_no"},
		},
		PersonDisclosure: Shared,
		Authority:        []string{"authority_name", "source_unit_name"},
		Refusals: []Check{
			{Rule: "ends_before_start", Fields: []string{"ban_end", "ban_start"}},
			{Rule: "ends_before_start", Fields: []string{"publish_until", "publish_date"}},
		},
		Warnings: []Check{
			{Rule: "no_code", Fields: []string{"subject_type", "uscc", "org_code", "other_no"}},
			{Rule: "org_code_inner", Fields: []string{"uscc"}},
			{Rule: "docno_form", Fields: []string{"decision_no"}},
			{Rule: "published_before_penalty", Fields: []string{"publish_date", "penalty_date"}},
			{Rule: "ban_before_penalty", Fields: []string{"ban_start", "penalty_date"}},
			{Rule: "ban_length", Fields: []string{"ban_start", "ban_end"}},
			{Rule: "ban_text_differs", Fields: []string{"penalty_result", "ban_start", "ban_end"}},
			{Rule: "unknown_category", Fields: []string{"id_type"}},
		},
		Terms: []Term{{Since: "2003-01-01", Min: 12, Max: 36, Basis: "政府采购法第七十七条"}},
		Layouts: []Layout{{
			// The list names suppliers and agents; whoever lists an expert says so in a column of its own.
			Name:     "名单",
			Marks:    []string{"企业名称", "机构名称", "供应商名称", "供应商", "代理机构名称", "orgName"},
			Defaults: []Default{{Field: "subject_type", Value: Organisation}},
		}},
		Mixed: []Mixed{{
			Headers: []string{"统一社会信用代码(或组织机构代码)", "统一社会信用代码或组织机构代码", "统一社会信用代码/组织机构代码", "统一社会信用代码（组织机构代码）", "orgCode", "主体代码"},
			Person:  "id_no", Codes: []string{"uscc", "org_code", "other_no"},
		}},
	}
}
