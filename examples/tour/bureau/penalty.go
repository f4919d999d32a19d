package bureau

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// Penalty is one decision as it is, whoever writes it down.
type Penalty struct {
	office      *office
	subject     subject
	offence     *offence
	year, no    int // of the document number
	date        time.Time
	fact        string
	fine        int // in 元
	confiscated int // in 元
	licence     string
	publicity   time.Time // end of publicity; zero where none is written
	remark      string
}

// newPenalties invents what an office decided in two years, in the order of the days. serial counts the subjects of all
// offices.
func newPenalties(rng *rand.Rand, o *office, n int, serial *int) []Penalty {
	first := time.Date(2023, 1, 3, 0, 0, 0, 0, time.UTC)
	days := make([]int, n)
	for i := range days {
		days[i] = rng.IntN(724)
	}
	slices.Sort(days)
	kinds := offences()
	var list []Penalty
	var known []subject
	for i, day := range days {
		p := Penalty{office: o, date: first.AddDate(0, 0, day), no: i + 1}
		p.year = p.date.Year()
		if i > 0 && list[i-1].year == p.year {
			p.no = list[i-1].no + 1 + rng.IntN(3)
		} else {
			p.no = 1 + rng.IntN(4)
		}
		if len(known) > 0 && rng.IntN(8) == 0 {
			p.subject = pick(rng, known...) // some do it again
		} else {
			*serial++
			p.subject = newSubject(rng, o, *serial)
			known = append(known, p.subject)
		}
		p.decide(rng, kinds)
		list = append(list, p)
	}
	return list
}

// decide invents what the subject did and what follows.
func (p *Penalty) decide(rng *rand.Rand, kinds []offence) {
	p.offence = &kinds[rng.IntN(len(kinds))]
	for !p.fits() || p.offence.revokes && rng.IntN(4) > 0 {
		p.offence = &kinds[rng.IntN(len(kinds))]
	}
	value := 20 + rng.IntN(900)
	p.fact = strings.NewReplacer("{day}", chinese(p.date.AddDate(0, 0, -20-rng.IntN(60))), "{street}", p.subject.street,
		"{thing}", pick(rng, p.offence.things...), "{n}", fmt.Sprint(1+rng.IntN(12)), "{value}", fmt.Sprint(value)).Replace(p.offence.fact)
	if p.subject.kind == person && rng.IntN(5) == 0 {
		p.fact = strings.Replace(p.fact, "当事人", "当事人（身份证号码"+p.subject.id+"）", 1)
	}
	if len(p.offence.fines) > 0 {
		p.fine = pick(rng, p.offence.fines...)
	}
	if p.takes("没收") {
		p.confiscated = value
	}
	if p.offence.revokes {
		p.licence = "营业执照 " + p.subject.code
	}
	if rng.IntN(10) > 0 {
		p.publicity = p.date.AddDate(1, 0, 0)
	}
	switch rng.IntN(40) {
	case 0:
		p.remark = "已履行"
	case 1:
		p.remark = "分期缴纳罚款"
	case 2:
		p.remark = "已申请信用修复"
	}
}

// fits reports whether the subject can have done it. There is an offence for everybody.
func (p *Penalty) fits() bool {
	switch {
	case p.offence.sectors&p.subject.sector == 0:
		return false
	case p.offence.revokes:
		return p.subject.kind == organisation
	}
	return p.subject.kind != person || p.offence.persons
}

// takes reports whether one of the penalty's categories begins so.
func (p *Penalty) takes(category string) bool {
	return slices.ContainsFunc(p.offence.categories, func(c string) bool { return strings.HasPrefix(c, category) })
}

// DocNo is the number of the decision, written as it should be.
func (p *Penalty) DocNo() string {
	return fmt.Sprintf("%s市监处罚〔%d〕%d号", p.office.abbr, p.year, p.no)
}

// Subject is the name of whom it is about.
func (p *Penalty) Subject() string { return p.subject.name }

// content is the decision's own words.
func (p *Penalty) content() string {
	var parts []string
	for _, c := range p.offence.categories {
		switch c {
		case "罚款":
			parts = append(parts, fmt.Sprintf("罚款人民币%d元", p.fine))
		case "没收违法所得":
			parts = append(parts, fmt.Sprintf("没收违法所得%d元", p.confiscated))
		case "没收非法财物":
			parts = append(parts, "没收涉案物品")
		case "责令停产停业":
			parts = append(parts, "责令停业整顿七日")
		case "吊销许可证件":
			parts = append(parts, "吊销营业执照")
		default:
			parts = append(parts, c)
		}
	}
	if len(parts) == 1 {
		return parts[0] + "。"
	}
	for i := range parts {
		parts[i] = fmt.Sprintf("%d.%s", i+1, parts[i])
	}
	return strings.Join(parts, "；") + "。"
}
