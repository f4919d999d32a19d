package bureau

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// The types of a subject, in the words of the standard.
const (
	organisation = "法人及非法人组织"
	business     = "个体工商户"
	person       = "自然人"
)

// subject is whom a penalty is about.
type subject struct {
	kind   string // organisation, business or person
	name   string
	code   string // unified social credit code; empty for a person
	oldNo  string // registration number from before 2015; mostly empty
	who    string // legal representative or operator
	id     string // resident ID of the person or of who; may be empty for the latter
	street string
	sector sector
}

// newSubject invents one in the area of an office. serial is its own.
func newSubject(rng *rand.Rand, o *office, serial int) subject {
	s := subject{who: personName(rng), id: residentID(rng, pick(rng, o.region, "360802", "360821", "360826", "362401", "362430"), birthday(rng))}
	s.street = fmt.Sprintf("%s%s%d号", o.place, pick(rng, streets()...), 1+rng.IntN(320))
	switch n := rng.IntN(100); {
	case n < 46:
		t := pick(rng, companies()...)
		s.kind, s.name, s.sector, s.code = organisation, companyName(rng, o, t.name), t.sector, companyCode("91"+o.region, 20_000_000+serial*9_973)
	case n < 91:
		t := pick(rng, shops()...)
		s.kind, s.name, s.sector, s.code = business, o.brief+brand(rng)+t.name, t.sector, companyCode("92"+o.region, 40_000_000+serial*9_973)
	default:
		s.kind, s.name, s.sector = person, s.who, anySector
		return s
	}
	if rng.IntN(20) == 0 {
		s.oldNo = fmt.Sprintf("%s2%08d", o.region, 10_000_000+serial)
	}
	if rng.IntN(100) < 40 {
		s.id = "" // many offices do not ask for it
	}
	return s
}

func personName(rng *rand.Rand) string {
	family := []rune("刘王李张陈肖郭罗彭曾周胡黄谢欧段康梁邓贺龙尹匡钟温郑贾毛朱邹")
	given := []rune("华建国平明芳丽军伟强敏洪文斌春生秀英玉兰海波志勇晓燕小红金根水发宝福冬梅桂花仁义德昌慧娟俊杰浩宇欣怡子涵")
	name := string(family[rng.IntN(len(family))]) + string(given[rng.IntN(len(given))])
	if rng.IntN(4) > 0 {
		name += string(given[rng.IntN(len(given))])
	}
	return name
}

// brand is the part of a name that is a business's own.
func brand(rng *rand.Rand) string {
	first := []rune("鑫恒瑞盛赣庐禾佳顺裕德康泰兴宏福润益嘉华锦翔永同金聚百")
	second := []rune("源隆达丰泰和康盛昌旺兴诚美乐茂安丽洁宁禾悦信辉荣鸿翠")
	return string(first[rng.IntN(len(first))]) + string(second[rng.IntN(len(second))])
}

func companyName(rng *rand.Rand, o *office, trade string) string {
	if rng.IntN(12) == 0 {
		return brand(rng) + trade + "(江西)有限公司"
	}
	return o.brief + brand(rng) + trade + pick(rng, "有限公司", "有限公司", "有限公司", "有限责任公司")
}

// sector decides what a business may have done wrong.
type sector uint8

const (
	food sector = 1 << iota
	drugs
	goods
	services
	anySector = food | drugs | goods | services
)

// trade is a line of business as it stands in names.
type trade struct {
	name   string
	sector sector
}

func companies() []trade {
	return []trade{
		{"食品", food}, {"粮油", food}, {"餐饮管理", food}, {"农业发展", food}, {"连锁超市", food | goods}, {"商贸", food | goods}, {"医药", drugs}, {"大药房", drugs},
		{"建材", goods}, {"汽车销售服务", goods}, {"日化", goods}, {"农资", goods}, {"能源", goods}, {"物业服务", services}, {"酒店管理", services}, {"广告传媒", services},
		{"教育咨询", services}, {"健康管理", services}, {"实业", goods | services},
	}
}

func shops() []trade {
	return []trade{
		{"副食店", food}, {"便利店", food}, {"餐馆", food}, {"早餐店", food}, {"水果店", food}, {"粮油店", food}, {"奶茶店", food}, {"生鲜超市", food | goods}, {"母婴用品店", food | goods},
		{"烟酒商行", food | goods}, {"大药房", drugs}, {"诊所", drugs}, {"五金店", goods}, {"服装店", goods}, {"农资经营部", goods}, {"手机店", goods}, {"美容院", services}, {"理发店", services},
		{"修理厂", services},
	}
}

func streets() []string {
	return strings.Split("井冈山大道 阳明路 庐陵大道 文山路 永叔路 人民路 北门街 书院街 建设路 学苑路 沿江路 解放路 滨江大道 中山路 工业园大道 站前路 老街", " ")
}

func pick[T any](rng *rand.Rand, from ...T) T { return from[rng.IntN(len(from))] }
