package main

import (
	"context"
	"fmt"
	"path/filepath"

	"creditsync/examples/tour/bureau"
	"creditsync/examples/tour/city"
	"creditsync/internal/fault"
)

// tour is where it has got to.
type tour struct {
	*page
	dir      string // the working folder, absolute
	program  program
	city     *city.City
	book     *bureau.Book // of the market supervision bureau
	analyst  analyst
	bridge   bridge
	loaded   map[string]int // records that analysts see, by pipeline
	night    int
	personal map[string]bool // resident IDs that nobody may see in clear
}

// walk is the whole tour.
func walk(ctx context.Context, p *page, dir, path string) (err error) {
	dir, err = filepath.Abs(dir)
	if err != nil {
		return fmt.Errorf("find the working folder: %w", err)
	}
	program, err := findProgram(path, dir)
	if err != nil {
		return err
	}
	release, err := makeFolder(ctx, dir)
	if err != nil {
		return err
	}
	defer release()
	c, err := city.Start(ctx, dir, seed, penalties)
	if err != nil {
		return fault.New(fault.Environment, "tour.city", fault.T("四个部门的系统没有启动", "the departments' systems did not start")).Because(err).Do(fault.Disk(err))
	}
	defer func() {
		if bad := c.Stop(); err == nil && bad != nil {
			err = bad
		}
	}()
	t := &tour{page: p, dir: dir, program: program, city: c, book: c.Book, loaded: map[string]int{}}
	t.remember()
	if err := t.welcome(ctx); err != nil {
		return err
	}
	up, err := startServers(ctx, program)
	if err != nil {
		return err
	}
	defer func() {
		if bad := up.stop(); err == nil && bad != nil {
			err = bad
		}
	}()
	t.analyst, t.bridge = analyst{up.clickhouse}, bridge{broker: up.kafka}
	t.servers(up)
	for _, night := range []func(context.Context) error{t.first, t.second, t.third} {
		if err := night(ctx); err != nil {
			return err
		}
	}
	if err := up.stop(); err != nil {
		return err
	}
	t.goodbye()
	return nil
}

// remember keeps the resident IDs of the departments; later nights add some.
func (t *tour) remember() {
	if t.personal == nil {
		t.personal = map[string]bool{}
	}
	list := t.book.Personal()
	for _, r := range t.city.Registers {
		list = append(list, r.Personal()...)
	}
	for _, id := range list {
		t.personal[id] = true
	}
}

// welcome says what is going to happen, and shows the input.
func (t *tour) welcome(ctx context.Context) error {
	if err := t.city.Deliver(ctx); err != nil {
		return unwritable(t.dir, err)
	}
	configured, err := configure(t.dir, t.city)
	if err != nil {
		return unwritable(t.dir, err)
	}
	head, err := firstLines(filepath.Join(t.dir, city.Delivery), 5)
	if err != nil {
		return fmt.Errorf("read the delivery: %w", err)
	}
	t.heading(fault.T("creditsync 导览：四个部门，三个夜晚", "A tour of creditsync: four departments, three nights"))
	t.say(fault.T("吉安市四个部门的系统每晚各交出全部记录。导览把同一条命令运行三次：首次装载；原样再来；各有一处已知的小变化。每次之后依次看运维、填报人、分析人员和国家平台桥接程序各自看到什么。所有数据都是编造的。",
		"Four departments of 吉安 have all of their records read every night. The tour syncs them three times: the first load; the same again; with a known small difference. After each we look at what the operator, the clerk, the analyst and the bridge to the national platform see. All data is invented."))
	t.gap()
	t.rows(t.departments())
	t.gap()
	t.say(fault.T("工作文件夹：%s（每次重建，结束后保留）。下面的命令都在其中运行；creditsync 就是 %s。", "Working folder: %s (made anew each time, kept at the end). The commands below run in it; creditsync is %s.", t.dir, t.program.path))
	t.gap()
	t.say(fault.T("市场监管局的 %s：GB18030，表头上面有标题行，写法因单位而异，约 2%% 的行有填报人常犯的错误。永丰县另送 Excel（%s），日期是 Excel 的日期。CSV 的开头几行：",
		"The bureau's %s: GB18030, titles above the header, spellings that differ by office, and in about 2%% of the rows a mistake that clerks really make. One county sends an Excel workbook (%s) with Excel's own dates. The CSV begins:", city.Delivery, city.Workbook))
	t.block(head)
	t.gap()
	t.say(fault.T("creditsync.yaml，除了一列备注，表头都能自动对应：", "creditsync.yaml; but for one column of remarks all headers match by themselves:"))
	t.block(configured)
	return nil
}

// departments are what is read, and how much of it there is.
func (t *tour) departments() [][]string {
	rows := func(n int) string { return t.in(fault.T("%s 行", "%s rows", number(n))) }
	of := func(pipeline string) string { return rows(len(t.city.Registers[pipeline].Rows())) }
	return [][]string{
		{t.in(fault.T("市场监督管理局", "market supervision")), t.in(fault.T("文件：GB18030 CSV、Excel", "files: GB18030 CSV, Excel")), t.in(fault.T("行政处罚", "penalties")), rows(t.book.Rows())},
		{t.in(fault.T("中级人民法院", "court")), t.in(fault.T("数据库：SQLite", "database: SQLite")), t.in(fault.T("裁判", "judgments")), of(city.Judgments)},
		{"", "", t.in(fault.T("失信被执行人", "defaulters")), of(city.Defaulters)},
		{t.in(fault.T("财政局政府采购办", "procurement office")), t.in(fault.T("接口：JSON，HMAC-SM3 签名", "web API: JSON, signed by HMAC-SM3")), t.in(fault.T("采购严重违法失信", "barred suppliers")), of(city.Suppliers)},
		{t.in(fault.T("纪检监察", "disciplinary commission")), t.in(fault.T("数据库：%[1]s", "database: %[1]s", t.city.Discipline)), t.in(fault.T("处分", "sanctions")), of(city.Sanctions)},
	}
}

// servers says what runs beside the nights.
func (t *tour) servers(up *servers) {
	t.gap()
	t.say(fault.T("`creditsync run` 自己会启动并结束 ClickHouse 和 Kafka；这里让它们一直开着，好让分析人员和桥接程序连得上：",
		"`creditsync run` starts ClickHouse and Kafka by itself and ends them; here they stay up, so that the analyst and the bridge can connect:"))
	t.command("creditsync engine &", fmt.Sprintf("ClickHouse  http://%s", up.clickhouse))
	t.command("creditsync broker &", fmt.Sprintf("Kafka       %s", up.kafka))
}

// goodbye says where to look on.
func (t *tour) goodbye() {
	t.heading(fault.T("到此结束：三次运行的结果与预先说的完全一致", "That was it: all three nights came out exactly as announced"))
	t.say(fault.T("接口和 PostgreSQL 随导览一起结束了：再运行时，读它们的管道会说连不上。", "The web API and PostgreSQL have ended with the tour: a further run says of the pipelines that read them that they cannot be reached."))
	t.gap()
	t.say(fault.T("数据都还在 %s，可以接着看：", "Everything is still in %s. To look on:", t.dir))
	t.block("cd " + t.dir + "\n" + t.program.path + " runs\n" + t.program.path + " quarantine export --to refused\n" + t.program.path + " schema admin_penalty")
	t.gap()
	t.say(fault.T("每个单位一个 XLSX，写明原因和回执号，由 quarantine export 写出；填报人改好后另存为 CSV 送回即可。README 从“第一份配置”讲起。",
		"quarantine export writes a spreadsheet per office with the reasons and receipt numbers; the clerk mends it, saves it as CSV and sends it back. The README goes on at “First configuration”."))
}
