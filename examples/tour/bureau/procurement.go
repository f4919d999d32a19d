package bureau

import (
	"fmt"
	"strings"
)

// Suppliers are the procurement office's list of suppliers that may not bid.
func (b *Book) Suppliers(seed uint64, n int) *Register {
	rng, known := newRNG(seed, 3), b.known()
	columns := []string{"id", "orgName", "uscc", "address", "decision_no", "behaviour", "penalty_result", "legal_basis", "punishTime", "publishDate", "enforceUnit", "ban_start", "ban_end", "remark"}
	return newRegister(rng, columns, n, func(no int) []string {
		s := somebody(rng, known, organisation)
		date := day(rng)
		years := 1 + rng.IntN(3)
		return []string{
			s.name, s.code, s.street, fmt.Sprintf("吉财购罚〔%d〕%d号", date.Year(), no), pick(rng, "提供虚假材料谋取中标", "与其他供应商恶意串通", "中标后无正当理由拒不与采购人签订政府采购合同"),
			fmt.Sprintf("列入不良行为记录名单，在%s年内禁止参加政府采购活动", []string{"一", "二", "三"}[years-1]), "《中华人民共和国政府采购法》第七十七条", dashes(date), dashes(date.AddDate(0, 0, 7)), "吉安市财政局",
			dashes(date), dashes(date.AddDate(years, 0, -1)), "",
		}
	}, func(cells []string) string {
		at := []byte(cells[2])
		for i := 9; i+1 < len(at); i++ {
			if at[i] != at[i+1] {
				at[i], at[i+1] = at[i+1], at[i]
				break
			}
		}
		cells[2] = string(at)
		return "check_digit"
	})
}

// Sanctions are the disciplinary commission's decisions about officials. Everything in them is invented, the officials too.
func (b *Book) Sanctions(seed uint64, n int) *Register {
	rng := newRNG(seed, 4)
	columns := []string{"id", "姓名", "身份证号", "工作单位", "职务", "处分决定文号", "决定日期", "决定机关", "处分类别", "处分种类", "违纪违法事实", "处分期起", "处分期止", "备注"}
	kinds := []struct {
		class, action string
		months        int
	}{{"政务处分", "政务警告", 6}, {"政务处分", "记过", 12}, {"政务处分", "记大过", 18}, {"党纪处分", "党内警告", 12}, {"党纪处分", "严重警告", 18}, {"其他措施", "诫勉", 6}}
	return newRegister(rng, columns, n, func(no int) []string {
		date := day(rng)
		k := pick(rng, kinds...)
		place := strings.TrimPrefix(pick(rng, offices()...).brief, "吉安市")
		if place == "" {
			place = "吉安市"
		}
		return []string{
			personName(rng), residentID(rng, "360802", birthday(rng)), place + pick(rng, "住房和城乡建设局", "交通运输局", "水利局", "农业农村局", "城市管理局"), pick(rng, "副局长", "股长", "科长", "工作人员"),
			fmt.Sprintf("吉监处〔%d〕%d号", date.Year(), no), dashes(date), "吉安市监察委员会", k.class, k.action, pick(rng, "在工程项目监管中失职失责。", "违规收受礼品礼金。", "违规发放津贴补贴。"),
			dashes(date), dashes(date.AddDate(0, k.months, -1)), "",
		}
	}, func(cells []string) string {
		cells[6] = "2042-01-03"
		return "in_the_future"
	})
}
