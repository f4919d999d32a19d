package transforms

// Rule is one check with its stable name and what it says to the clerk whose row it hit. The sentence has places for
// {field}, the field's title; {value}, the cell where it may be shown; {limit}; {expected}, what would be right; {other},
// a second field; {fields}, the fields of which one is required; {when}, the condition under which a field is required.
type Rule struct {
	Name string
	// Warning: the row is accepted and the record carries the rule's name.
	Warning  bool
	Sentence Sentence
}

// rule is a Rule by its place in the table; 0 is none.
type rule uint8

const (
	noRule rule = iota
	ruleRequired
	ruleOneRequired
	ruleTooLong
	ruleBadFormat
	ruleCheckDigit
	ruleBirthDate
	ruleNotInCodeList
	ruleNotADate
	ruleInTheFuture
	ruleBeforeDecision
	ruleEndsBeforeStart
	ruleNotANumber
	ruleNotACount
	ruleOutOfRange
	ruleRagged
	ruleQuote
	ruleNUL
	ruleCellTooLarge
	ruleUndecodable
	ruleErrorValue
	ruleLostDigits
	ruleNoResult
	ruleShownAsOther
	ruleBadJSON
	ruleDoubleKey
	ruleUnreadable
	warnFineText
	warnFineCategory
	warnDocnoYear
	warnDocnoForm
	warnUSCCType
	warnOrgCodeInner
	warnUnknownCategory
	warnNoCode
	warnUnknownRegion
	warnCaseForm
	warnCaseYear
	warnCaseType
	warnJudgedBeforeFiled
	warnClosedBeforeFiled
	warnPublishedBeforeFiled
	warnPerformance
	warnPeriodBeforeDecision
	warnPeriodLength
	warnLiftedBeforeDecision
	warnActionClass
	warnActionSubject
	warnPublishedBeforePenalty
	warnBanBeforePenalty
	warnBanLength
	warnBanText
	ruleCount
)

// firstWarning is the first rule of the table that warns.
const firstWarning = warnFineText

// ruleTable holds the rules in the order of the constants. Sentences never show a cell of a text or a personal field.
var ruleTable = [ruleCount]Rule{
	ruleRequired: {Name: "required", Sentence: Sentence{
		"{when}“{field}”必须填写，现在是空的", "{field} must be filled in{when}; it is empty"}},
	ruleOneRequired: {Name: "one_required", Sentence: Sentence{
		"{fields}至少填一项，现在都是空的", "at least one of {fields} must be filled in; all are empty"}},
	ruleTooLong: {Name: "too_long", Sentence: Sentence{
		"“{field}”太长，最多 {limit} 个字", "{field} is too long: at most {limit} characters"}},
	ruleBadFormat: {Name: "bad_format", Sentence: Sentence{
		"“{field}”的格式不对，应为：{expected}", "{field} is not in the right form: {expected}"}},
	ruleCheckDigit: {Name: "check_digit", Sentence: Sentence{
		"“{field}”的校验码不对，可能有一位写错了，请对照{expected}核对", "the check character of {field} does not fit; one of the characters is probably wrong: compare it with {expected}"}},
	ruleBirthDate: {Name: "birth_date", Sentence: Sentence{
		"“{field}”中的出生日期不存在，请对照身份证核对第 7 位起的日期", "the birth date in {field} does not exist; compare the date from the 7th digit on with the identity card"}},
	ruleNotInCodeList: {Name: "not_in_code_list", Sentence: Sentence{
		"“{field}”{value}不在代码集中，应为{expected}之一", "{field}{value} is not in the code list; it must be one of {expected}"}},
	ruleNotADate: {Name: "not_a_date", Sentence: Sentence{
		"“{field}”{value}不是日期，请按 2024-01-03 的样子填写，长期有效填 2099-12-31", "{field}{value} is not a date; write it as 2024-01-03, and 2099-12-31 where there is no end"}},
	ruleInTheFuture: {Name: "in_the_future", Sentence: Sentence{
		"“{field}”{value}晚于今天，请核对", "{field}{value} lies after today; check it"}},
	ruleBeforeDecision: {Name: "before_decision", Sentence: Sentence{
		"“{field}”{value}早于“{other}”，请核对这两个日期", "{field}{value} lies before {other}; check both dates"}},
	ruleEndsBeforeStart: {Name: "ends_before_start", Sentence: Sentence{
		"“{field}”{value}早于“{other}”，期限还没有开始就已结束，请核对这两个日期", "{field}{value} lies before {other}: it ends before it begins; check both dates"}},
	ruleNotANumber: {Name: "not_a_number", Sentence: Sentence{
		"“{field}”{value}不是金额，请填写以{limit}为单位的数字，例如 0.2", "{field}{value} is not an amount; write a number in {limit}, such as 0.2"}},
	ruleNotACount: {Name: "not_a_count", Sentence: Sentence{
		"“{field}”{value}不是整数，请只填写数字，例如 12", "{field}{value} is not a whole number; write digits only, such as 12"}},
	ruleOutOfRange: {Name: "out_of_range", Sentence: Sentence{
		"“{field}”{value}超出允许的范围，{expected}", "{field}{value} is out of range: {expected}"}},
	ruleRagged: {Name: "ragged_row", Sentence: Sentence{
		"这一行的列数与表头不一致，请检查是否缺列、多列，或单元格中有未加引号的分隔符", "the row has more or fewer cells than the header; look for a missing or surplus cell, or a separator without quotes inside a cell"}},
	ruleQuote: {Name: "broken_quote", Sentence: Sentence{
		"这一行有一个带引号的单元格跨了行，结束引号后又有内容，可能漏了引号，请检查", "a quoted cell of the row runs over a line break and goes on after its closing quote; look for a missing quotation mark"}},
	ruleNUL: {Name: "nul_byte", Sentence: Sentence{
		"这一行含有空字节（NUL），文件可能在导出或传输时损坏，请重新导出", "the row holds a NUL byte; the file was probably damaged on export or transfer: export it again"}},
	ruleCellTooLarge: {Name: "cell_too_large", Sentence: Sentence{
		"这一行有一个单元格超过 1 MB，可能是引号没有配对，请检查", "a cell of the row is larger than 1 MB; look for a quotation mark without its partner"}},
	ruleUndecodable: {Name: "undecodable", Sentence: Sentence{
		"这一行含有无法识别的字符（编码不对），请用 UTF-8 或 GB18030 重新导出", "the row holds bytes that are no characters of the file's encoding; export it again as UTF-8 or GB18030"}},
	ruleErrorValue: {Name: "error_value", Sentence: Sentence{
		"“{field}”{value}是表格程序的错误值（公式出错或列太窄），请在原表中改正后重新导出", "{field}{value} is an error value of a spreadsheet program (a broken formula or too narrow a column): mend it there and export it again"}},
	ruleLostDigits: {Name: "lost_digits", Sentence: Sentence{
		"“{field}”被表格程序当作数字保存（如 3.60802E+17），后面的位数已经丢失，请把这一列设为“文本”格式后重新填写", "{field} was kept as a number by a spreadsheet program (such as 3.60802E+17) and has lost its last digits: format the column as text and fill it in again"}},
	ruleNoResult: {Name: "formula_without_result", Sentence: Sentence{
		"这一行有一个公式没有计算结果，请用 Excel 或 WPS 打开该文件、保存后重新放入", "a formula of the row has no result: open the file in Excel or WPS, save it and deliver it again"}},
	ruleShownAsOther: {Name: "shown_otherwise", Sentence: Sentence{
		"这一行有一个数字，表中显示的与实际保存的不同（单元格格式以千或万为单位显示，或把数字显示成文字），请把该列设为“常规”格式，核对后重新保存", "a number of the row is shown as something else than it is (its format counts in thousands or 万, or shows words): format the column as General, check the numbers and save it again"}},
	ruleBadJSON: {Name: "bad_json", Sentence: Sentence{
		"这一行不是一个完整的 JSON 对象，请检查引号、逗号和括号", "the line is not one whole JSON object; look at its quotation marks, commas and braces"}},
	ruleDoubleKey: {Name: "double_key", Sentence: Sentence{
		"这一条数据中同一个键出现了两次，无法判断以哪个为准，请删去一个", "a key comes twice in this record, and nothing says which one counts: remove one of them"}},
	ruleUnreadable: {Name: "unreadable_row", Sentence: Sentence{
		"这一行读不出来，请检查文件", "the row cannot be read; check the file"}},
	warnFineText: {Name: "fine_text_mismatch", Warning: true, Sentence: Sentence{
		"“处罚内容”中的罚款金额与“罚款金额（万元）”不一致，请核对是否把元写成了万元", "the fine in the text and the amount in 万元 differ; look for 元 written as 万元"}},
	warnFineCategory: {Name: "fine_without_category", Warning: true, Sentence: Sentence{
		"填了罚款金额，但“处罚类别”中没有罚款", "there is a fine, but the categories of the penalty do not name one"}},
	warnDocnoYear: {Name: "docno_year", Warning: true, Sentence: Sentence{
		"文号中的年份与决定日期不一致", "the year in the document number is not that of the decision"}},
	warnDocnoForm: {Name: "docno_form", Warning: true, Sentence: Sentence{
		"文号不是常见的形式（机关代字〔年〕序号 号）", "the document number does not have the usual form"}},
	warnUSCCType: {Name: "uscc_type", Warning: true, Sentence: Sentence{
		"统一社会信用代码的前两位与主体的类别不符", "the first two characters of the unified social credit code do not fit the type of the subject"}},
	warnOrgCodeInner: {Name: "org_code_inner", Warning: true, Sentence: Sentence{
		"统一社会信用代码第 9–17 位（组织机构代码）的校验码不对", "the organisation code inside the unified social credit code has a wrong check character"}},
	warnUnknownCategory: {Name: "unknown_category", Warning: true, Sentence: Sentence{
		"有一个值不在代码集中，已按原样保留", "a value is not in its code list and was kept as written"}},
	warnNoCode: {Name: "no_code", Warning: true, Sentence: Sentence{
		"机构没有统一社会信用代码或其他代码，只能按名称认定", "the organisation has no code of any kind and is told by its name alone"}},
	warnUnknownRegion: {Name: "unknown_region", Warning: true, Sentence: Sentence{
		"区域代码不是以省级代码开头的 6、9 或 12 位数字", "the code of the division is not 6, 9 or 12 digits that begin with those of a province"}},
	warnCaseForm: {Name: "case_form", Warning: true, Sentence: Sentence{
		"案号不是常见的形式（如（2024）赣0802执12号）", "the case number does not have a usual form, such as （2024）赣0802执12号"}},
	warnCaseYear: {Name: "case_year", Warning: true, Sentence: Sentence{
		"案号中的年度与立案时间不一致", "the year in the case number is not that in which the case was filed"}},
	warnCaseType: {Name: "case_type_differs", Warning: true, Sentence: Sentence{
		"案号的类型代字与案件类别不一致", "the case number names another type of case"}},
	warnJudgedBeforeFiled: {Name: "judged_before_filed", Warning: true, Sentence: Sentence{
		"判决日期早于立案时间", "the judgment lies before the filing"}},
	warnClosedBeforeFiled: {Name: "closed_before_filed", Warning: true, Sentence: Sentence{
		"结案日期早于立案时间", "the case was closed before it was filed"}},
	warnPublishedBeforeFiled: {Name: "published_before_filed", Warning: true, Sentence: Sentence{
		"发布时间早于立案时间", "the publication lies before the filing"}},
	warnPerformance: {Name: "performance_differs", Warning: true, Sentence: Sentence{
		"履行情况与已履行、未履行部分不一致", "the performance is not that of the parts said to be performed and not performed"}},
	warnPeriodBeforeDecision: {Name: "period_before_decision", Warning: true, Sentence: Sentence{
		"处分期起早于决定日期", "the period of effect begins before the decision"}},
	warnPeriodLength: {Name: "period_length", Warning: true, Sentence: Sentence{
		"处分期的长短与处分种类不符", "the period of effect is not as long as the sanction has it"}},
	warnLiftedBeforeDecision: {Name: "lifted_before_decision", Warning: true, Sentence: Sentence{
		"解除日期早于决定日期", "the lifting lies before the decision"}},
	warnActionClass: {Name: "action_class_differs", Warning: true, Sentence: Sentence{
		"处分种类不属于所填的处理类别", "a sanction or measure is not of the class that is named"}},
	warnActionSubject: {Name: "action_subject", Warning: true, Sentence: Sentence{
		"对个人的处分用在了单位上，或对单位的问责用在了个人上", "a person's sanction stands with a department, or a department's with a person"}},
	warnPublishedBeforePenalty: {Name: "published_before_penalty", Warning: true, Sentence: Sentence{
		"公布日期早于处罚日期", "the publication lies before the penalty"}},
	warnBanBeforePenalty: {Name: "ban_before_penalty", Warning: true, Sentence: Sentence{
		"禁止期限的开始早于处罚日期", "the ban begins before the penalty"}},
	warnBanLength: {Name: "ban_length", Warning: true, Sentence: Sentence{
		"禁止或限制的期限超出法律规定的长短", "the ban is shorter or longer than the law has it"}},
	warnBanText: {Name: "ban_text_differs", Warning: true, Sentence: Sentence{
		"处罚结果中写明的年限与禁止或限制的起止日期不一致", "the years that the result names are not those between the first and the last day of the ban"}},
}

// Rules are all rules in the order of the reference page: those that refuse a row, then those that warn.
func Rules() []Rule { return append([]Rule(nil), ruleTable[noRule+1:]...) }

// FindRule returns the rule of a name.
func FindRule(name string) (Rule, bool) {
	r := ruleNamed(name)
	return ruleTable[r], r != noRule
}

// ruleNamed is the place of a rule in the table, noRule for a name that is not there.
func ruleNamed(name string) rule {
	for r := noRule + 1; r < ruleCount; r++ {
		if ruleTable[r].Name == name {
			return r
		}
	}
	return noRule
}
