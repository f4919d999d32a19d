package report

import (
	"fmt"
	"math"
	"slices"

	"creditsync/bench/duel"
)

// ratios shows the median, least and greatest ratio of each workload between its floor and its aim, on a scale of powers.
func (r *Report) ratios() string {
	var list []*duel.Result
	least, most := 0.5, 2.0
	for _, one := range r.Results {
		if !one.Race && len(one.Ratios) > 0 {
			list = append(list, one)
			least, most = min(least, slices.Min(one.Ratios), one.Floor), max(most, slices.Max(one.Ratios), one.Aim)
		}
	}
	from, to := math.Floor(math.Log2(least)), math.Ceil(math.Log2(most))
	at := func(v float64) float64 { return left + middle*(math.Log2(v)-from)/(to-from) }
	c := open("theirs / ours: more than 1 is faster than what it is compared with", len(list))
	c.key(own, "median, least to greatest", floor, "floor", aim, "aim")
	bottom := float64(head + len(list)*row)
	for p := from; p <= to; p++ {
		x := at(math.Exp2(p))
		c.line(x, head, x, bottom, faint, 1)
		c.text(x, bottom+16, "middle", ink, fmt.Sprintf("%.4g", math.Exp2(p)))
	}
	for i, one := range list {
		y := float64(head+i*row) + row/2
		c.text(left-8, y+4, "end", ink, one.ID)
		c.line(at(one.Floor), y-10, at(one.Floor), y+10, floor, 2)
		c.line(at(one.Aim), y-10, at(one.Aim), y+10, aim, 2)
		c.line(at(slices.Min(one.Ratios)), y, at(slices.Max(one.Ratios)), y, own, 3)
		c.dot(at(one.Ratio()), y, own)
		c.text(width-right+8, y+4, "start", ink, fmt.Sprintf("%.2f (%s)", one.Ratio(), spread(one.Ratios)))
	}
	return c.close()
}

// cpu shows where the CPU seconds go on both sides; each workload has a scale of its own.
func (r *Report) cpu() string {
	total := func(list []duel.Sample) float64 {
		return duel.Median(duel.Each(list, func(s duel.Sample) float64 { return s.Own + s.Engine + s.Broker }))
	}
	c := open("CPU seconds, medians: theirs above, ours below", len(r.Results))
	c.key(own, "own process", engine, "engine", broker, "broker")
	for i, one := range r.Results {
		y := float64(head + i*row)
		c.text(left-8, y+row/2+4, "end", ink, one.ID)
		most := max(total(one.Theirs), total(one.Ours))
		if most == 0 {
			continue
		}
		for j, side := range [][]duel.Sample{one.Theirs, one.Ours} {
			x := float64(left)
			for _, part := range []struct {
				of   func(duel.Sample) float64
				fill string
			}{{duel.Own, own}, {duel.Engine, engine}, {duel.Broker, broker}} {
				wide := middle * min(1, duel.Median(duel.Each(side, part.of))/most)
				c.bar(x, y+3+12*float64(j), wide, 10, part.fill)
				x += wide
			}
		}
		said := fmt.Sprintf("%.2f against %.2f", total(one.Ours), total(one.Theirs))
		if one.Race {
			said = fmt.Sprintf("%.2f", total(one.Ours))
		}
		c.text(width-right+8, y+row/2+4, "start", ink, said)
	}
	return c.close()
}

// memory shows the most memory of each process on our side, beside the bound of our own.
func (r *Report) memory() string {
	const bound = 300
	var list []*duel.Result
	most := float64(bound)
	parts := []struct {
		of   func(duel.Sample) float64
		fill string
	}{{duel.Peak, own}, {duel.EnginePeak, engine}, {duel.BrokerPeak, broker}}
	for _, one := range r.Results {
		if duel.Median(duel.Each(one.Ours, duel.Peak)) == 0 {
			continue
		}
		list = append(list, one)
		for _, p := range parts {
			most = max(most, duel.Median(duel.Each(one.Ours, p.of)))
		}
	}
	c := open("Peak memory on our side, MiB, medians; the line is the bound of our own process, 300 MiB", len(list))
	c.key(own, "our process", engine, "engine", broker, "broker")
	for i, one := range list {
		y := float64(head + i*row)
		c.text(left-8, y+row/2+4, "end", ink, one.ID)
		said := ""
		for j, p := range parts {
			value := duel.Median(duel.Each(one.Ours, p.of))
			c.bar(left, y+2+9*float64(j), middle*value/most, 8, p.fill)
			if value > 0 {
				said += fmt.Sprintf("%.0f  ", value)
			}
		}
		c.text(width-right+8, y+row/2+4, "start", ink, said)
	}
	x := left + middle*bound/most
	c.line(x, head, x, float64(head+len(list)*row), floor, 1.5)
	return c.close()
}
