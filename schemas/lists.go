package schemas

// SubjectTypes is 行政相对人类别. Some platforms send the numbers of a bit mask, others the older words.
func SubjectTypes() *List {
	return &List{Name: "subject_type", Values: []Value{
		{Text: Organisation, Synonyms: []string{"法人和非法人组织", "法人及其他组织", "法人", "非法人组织", "企业", "1"}},
		{Text: Person, Synonyms: []string{"个人", "公民", "2"}},
		{Text: IndividualBusiness, Synonyms: []string{"个体", "个体户", "4"}},
	}}
}

// Values of 行政相对人类别.
const (
	Organisation       = "法人及非法人组织"
	Person             = "自然人"
	IndividualBusiness = "个体工商户"
)

// PenaltyCategories is 处罚类别 in both generations: the one of 2018 and, since 2021-07-15, of 行政处罚法 (2021) §9. A
// source may send either whatever the decision date.
func PenaltyCategories() *List {
	return &List{Name: "penalty_category", Open: true, Other: "其他", Values: []Value{
		{Text: "警告"},
		{Text: "通报批评", Generation: "2021"},
		{Text: "罚款", Synonyms: []string{"处以罚款"}},
		// Joined by a comma these are the two values of 2021; only the ideographic comma makes them the one of 2018.
		{Text: "没收违法所得、没收非法财物", Generation: "2018", Synonyms: []string{"没收违法所得没收非法财物"}},
		{Text: "没收违法所得", Generation: "2021"},
		{Text: "没收非法财物", Generation: "2021"},
		{Text: "责令停产停业", Synonyms: []string{"停产停业"}},
		{Text: "暂扣或者吊销许可证、暂扣或者吊销执照", Generation: "2018", Synonyms: []string{"暂扣或者吊销许可证，暂扣或者吊销执照", "暂扣或者吊销许可证,暂扣或者吊销执照", "暂扣或吊销许可证、暂扣或吊销执照"}},
		{Text: "暂扣许可证件", Generation: "2021"},
		{Text: "降低资质等级", Generation: "2021"},
		{Text: "吊销许可证件", Generation: "2021"},
		{Text: "限制开展生产经营活动", Generation: "2021"},
		{Text: "责令关闭", Generation: "2021"},
		{Text: "限制从业", Generation: "2021"},
		{Text: "行政拘留", Synonyms: []string{"拘留"}},
	}}
}

// DocumentTypes is 证件类型 of a natural person.
func DocumentTypes() *List {
	return &List{Name: "id_type", Open: true, Other: "其他", Values: []Value{
		{Text: ResidentID, Synonyms: []string{"居民身份证", "身份证号", "居民身份证号", "公民身份证", "二代身份证"}},
		{Text: "护照号", Synonyms: []string{"护照"}},
		{Text: "港澳居民来往内地通行证", Synonyms: []string{"港澳通行证", "回乡证"}},
		{Text: "台湾居民来往大陆通行证", Synonyms: []string{"台胞证"}},
		{Text: "外国人永久居留身份证", Synonyms: []string{"外国人永久居留证"}},
	}}
}

// ResidentID is the document type whose numbers follow GB 11643.
const ResidentID = "身份证"
