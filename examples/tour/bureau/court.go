package bureau

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// The court keeps two tables: parties of judgments, and those who do not do what a judgment says. Its cards are masked, as
// courts publish them.

const (
	courtName = "吉安市中级人民法院"
	courtNo   = "赣08"
)

// newRNG is the stream of one department, so that what one of them makes does not move the others.
func newRNG(seed uint64, department uint64) *rand.Rand {
	return rand.New(rand.NewPCG(seed, 0x9E3779B97F4A7C15^department))
}

// day is a day of 2023 or 2024.
func day(rng *rand.Rand) time.Time {
	return time.Date(2023, 1, 10, 0, 0, 0, 0, time.UTC).AddDate(0, 0, rng.IntN(640))
}

// masked is a resident ID as courts publish it.
func masked(id string) string { return id[:10] + "****" + id[14:] }

// known are the organisations that the bureau has penalised, the same ones in each department: the analyst looks for them.
func (b *Book) known() []subject {
	var list []subject
	for _, r := range b.rows {
		if s := r.penalty.subject; s.kind == organisation && r.rule == "" && len(list) < 60 {
			list = append(list, s)
		}
	}
	return list
}

// somebody is mostly a stranger, and sometimes one of the known.
func somebody(rng *rand.Rand, known []subject, kinds ...string) subject {
	if len(known) > 0 && rng.IntN(6) == 0 {
		return known[rng.IntN(len(known))]
	}
	list := offices()
	for {
		s := newSubject(rng, list[rng.IntN(len(list))], 500_000+rng.IntN(400_000))
		for _, k := range kinds {
			if s.kind == k {
				return s
			}
		}
	}
}

// Judgments are the court's parties of judgments.
func (b *Book) Judgments(seed uint64, n int) *Register {
	rng, known := newRNG(seed, 1), b.known()
	causes := []string{"买卖合同纠纷", "借款合同纠纷", "建设工程施工合同纠纷", "劳动争议", "房屋租赁合同纠纷", "产品责任纠纷"}
	columns := []string{"id", "案号", "案件类型", "当事人", "当事人类型", "统一社会信用代码", "身份证号", "诉讼地位", "审理法院", "案由", "立案日期", "裁判日期", "判决结果", "备注"}
	return newRegister(rng, columns, n, func(no int) []string {
		s := somebody(rng, known, organisation, person)
		filed := day(rng)
		id := ""
		if s.kind == person {
			id = residentID(rng, "360802", birthday(rng))
		}
		return []string{
			fmt.Sprintf("（%d）%s民初%d号", filed.Year(), courtNo, 100+no), "民事", s.name, s.kind, s.code, id, pick(rng, "原告", "被告", "被告", "第三人"), courtName, pick(rng, causes...),
			dashes(filed), dashes(filed.AddDate(0, 2, rng.IntN(60))), pick(rng, "判决被告于十日内支付货款及利息。", "驳回原告的诉讼请求。", "判决解除合同，被告返还押金。"), "",
		}
	}, func(cells []string) string {
		cells[11] = "2024年2月30日"
		return "not_a_date"
	})
}

// Defaulters are those on the court's list.
func (b *Book) Defaulters(seed uint64, n int) *Register {
	rng, known := newRNG(seed, 2), b.known()
	columns := []string{"id", "iname", "partyTypeName", "cardNum", "businessEntity", "caseCode", "courtName", "areaName", "gistId", "gistUnit", "regDate", "publishDate", "duty", "performance", "disruptTypeName", "备注"}
	return newRegister(rng, columns, n, func(no int) []string {
		s := somebody(rng, known, organisation, person)
		filed := day(rng)
		card, head := s.code, s.who
		if s.kind == person {
			card, head = masked(residentID(rng, "360802", birthday(rng))), ""
		}
		return []string{
			s.name, s.kind, card, head, fmt.Sprintf("（%d）%s执%d号", filed.Year(), courtNo, 200+no), courtName, "江西", fmt.Sprintf("（%d）%s民初%d号", filed.Year()-1, courtNo, 300+no), courtName,
			dashes(filed), dashes(filed.AddDate(0, 1, rng.IntN(40))), fmt.Sprintf("偿还借款本金%d元及利息。", 10_000*(1+rng.IntN(80))), pick(rng, "全部未履行", "全部未履行", "部分未履行"),
			pick(rng, "有履行能力而拒不履行生效法律文书确定义务", "违反财产报告制度"), "",
		}
	}, func(cells []string) string {
		cells[5] = ""
		return "required"
	})
}
