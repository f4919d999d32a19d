package main

import (
	"context"
	"fmt"
	"path/filepath"

	"creditsync/examples/tour/bureau"
	"creditsync/internal/fault"
)

// tour is where it has got to.
type tour struct {
	*page
	dir      string // the working folder, absolute
	program  program
	book     *bureau.Book
	analyst  analyst
	bridge   bridge
	loaded   int // records that analysts see
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
	t := &tour{page: p, dir: dir, program: program, book: bureau.New(seed, penalties)}
	t.remember()
	if err := t.welcome(); err != nil {
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

// remember keeps the resident IDs of the book; later nights add some.
func (t *tour) remember() {
	if t.personal == nil {
		t.personal = map[string]bool{}
	}
	for _, id := range t.book.Personal() {
		t.personal[id] = true
	}
}

// welcome says what is going to happen, and shows the input.
func (t *tour) welcome() error {
	if err := deliver(t.dir, t.book); err != nil {
		return unwritable(t.dir, err)
	}
	if err := configure(t.dir); err != nil {
		return unwritable(t.dir, err)
	}
	head, err := firstLines(filepath.Join(t.dir, delivery), 5)
	if err != nil {
		return fmt.Errorf("read the delivery: %w", err)
	}
	t.heading(fault.T("creditsync 导览：一个市场监管局，三个夜晚", "A tour of creditsync: one bureau, three nights"))
	t.say(fault.T("吉安市市场监督管理局每晚送来全部行政处罚。导览把同一条命令运行三次：首次装载；原样再来；有一处已知的小变化。每次之后依次看运维、填报人、分析人员和国家平台桥接程序各自看到什么。所有数据都是编造的。",
		"The market supervision bureau of 吉安 delivers all of its penalties every night. The tour syncs them three times: the first load; the same file again; with a known small difference. After each we look at what the operator, the clerk, the analyst and the bridge to the national platform see. All data is invented."))
	t.gap()
	t.say(fault.T("工作文件夹：%s（每次重建，结束后保留）。下面的命令都在其中运行；creditsync 就是 %s。", "Working folder: %s (made anew each time, kept at the end). The commands below run in it; creditsync is %s.", t.dir, t.program.path))
	t.gap()
	t.say(fault.T("送来的文件 %s：GB18030，%s 行，表头上面有标题行，写法因单位而异，约 2%% 的行有填报人常犯的错误。开头几行：",
		"The delivery, %s: GB18030, %s rows, titles above the header, spellings that differ by office, and in about 2%% of the rows a mistake that clerks really make. It begins:", delivery, number(t.book.Rows())))
	t.block(head)
	t.gap()
	t.say(fault.T("creditsync.yaml，除了一列备注，表头都能自动对应：", "creditsync.yaml; but for one column of remarks the headers match by themselves:"))
	t.block(configuration)
	return nil
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
	t.say(fault.T("数据都还在 %s，可以接着看：", "Everything is still in %s. To look on:", t.dir))
	t.block("cd " + t.dir + "\n" + t.program.path + " runs\n" + t.program.path + " quarantine export --to refused\n" + t.program.path + " schema admin_penalty")
	t.gap()
	t.say(fault.T("每个单位一个 XLSX，写明原因和回执号，由 quarantine export 写出；填报人改好后另存为 CSV 送回即可。README 从“第一份配置”讲起。",
		"quarantine export writes a spreadsheet per office with the reasons and receipt numbers; the clerk mends it, saves it as CSV and sends it back. The README goes on at “First configuration”."))
}
