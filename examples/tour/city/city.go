// Package city runs the systems of four departments: the market supervision bureau's folder of files, the court's database
// (SQLite), the procurement office's web API and the disciplinary commission's database (PostgreSQL, or SQLite where there is
// none). They are real; what is in them is invented (package bureau).
//
// It is for the tour and for tests of serve. It imports nothing of creditsync but what starts a PostgreSQL: for all it
// knows creditsync is a stranger that comes to read.
package city

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"creditsync/examples/tour/bureau"
)

// Pipelines of the configuration, in its order.
const (
	Penalties  = "market-penalties"
	Judgments  = "court-judgments"
	Defaulters = "court-defaulters"
	Suppliers  = "procurement-suppliers"
	Sanctions  = "disciplinary-sanctions"
)

// Delivery and Workbook are the bureau's files, relative to the folder.
const (
	Delivery = "inbox/scjg.csv"
	Workbook = "inbox/yongfeng.xlsx"
)

// City is the four departments.
type City struct {
	// Book is the bureau's; the registers are the others', by pipeline.
	Book      *bureau.Book
	Registers map[string]*bureau.Register
	// Discipline is what keeps the commission's database: "PostgreSQL" or "SQLite".
	Discipline string

	dir      string
	api      *api
	database *database // of the commission
}

// Start makes the departments of a seed, of about n penalties, and what they have in a folder: the secrets that creditsync
// is given, in the folder secrets. Deliver fills them; Stop ends what runs.
func Start(ctx context.Context, dir string, seed uint64, n int) (*City, error) {
	book := bureau.New(seed, n)
	c := &City{Book: book, dir: dir, Registers: map[string]*bureau.Register{
		Judgments: book.Judgments(seed, n/5), Defaulters: book.Defaulters(seed, n/10), Suppliers: book.Suppliers(seed, n/10), Sanctions: book.Sanctions(seed, n/20),
	}}
	var err error
	if err = os.MkdirAll(filepath.Join(dir, "secrets"), 0o700); err != nil {
		return nil, err
	}
	if c.api, err = startAPI(); err != nil {
		return nil, err
	}
	if c.database, err = startDatabase(ctx, dir); err != nil {
		return nil, errors.Join(err, c.Stop())
	}
	c.Discipline = c.database.name
	for name, secret := range map[string]string{"procurement.txt": c.api.secret, "discipline.txt": c.database.password} {
		if err := os.WriteFile(filepath.Join(dir, "secrets", name), []byte(secret), 0o600); err != nil {
			return nil, errors.Join(err, c.Stop())
		}
	}
	return c, nil
}

// Stop ends the API and the database.
func (c *City) Stop() error {
	if c.database != nil {
		c.database.stop()
	}
	return c.api.stop()
}

// Configured is the part of creditsync.yaml below `pipelines:`; each of them runs when schedule says.
func (c *City) Configured(schedule string) string {
	return fmt.Sprintf(`  - name: %[1]s                   # 市场监管局：GB18030 CSV 和 Excel / files
    kind: admin_penalty
    mode: snapshot                           # 全量，缺了就是删除 / missing means deleted
    schedule: "%[6]s"
    source: {file: {path: "inbox/*.*"}}
    map: {remark: 情况说明}
  - name: %[2]s                    # 法院：SQLite
    kind: court_judgment
    schedule: "%[6]s"
    source: {sql: {engine: sqlite, file: court.db, table: judgment}}
  - name: %[3]s
    kind: judgment_defaulter
    schedule: "%[6]s"
    source: {sql: {engine: sqlite, file: court.db, table: defaulter}}
  - name: %[4]s              # 财政局政府采购办：接口，签名 / a signed web API
    kind: procurement_blacklist
    schedule: "%[6]s"
    source:
      http:
        url: %[7]s
        params: {appKey: pt-360800}
        sign: {algorithm: hmac-sm3, secret: "${file:secrets/procurement.txt}", timestamp: {name: timestamp}, nonce: {name: nonce}, signature: {name: sign}}
        page: {by: page, param: pageNum, size_param: pageSize, size: 100}
        records: data.list
        total: data.total
        ok: {path: code, is: ["0"], message: msg}
        key: [id]
  - name: %[5]s             # 纪检监察：%[8]s
    kind: disciplinary_action
    schedule: "%[6]s"
    source: {sql: %[9]s}
`, Penalties, Judgments, Defaulters, Suppliers, Sanctions, schedule, c.api.url, c.Discipline, c.database.configured)
}

// Deliver makes every system hold what its department has now.
func (c *City) Deliver(ctx context.Context) error {
	if err := c.whole(Delivery, c.Book.Write); err != nil {
		return err
	}
	if err := c.whole(Workbook, c.Book.WriteWorkbook); err != nil {
		return err
	}
	court := filepath.Join(c.dir, "court.db")
	for table, name := range map[string]string{"judgment": Judgments, "defaulter": Defaulters} {
		if err := fillSQLite(ctx, court, table, c.Registers[name]); err != nil {
			return fmt.Errorf("fill the court's database: %w", err)
		}
	}
	if err := c.database.fill(ctx, "sanction", c.Registers[Sanctions]); err != nil {
		return fmt.Errorf("fill the commission's database: %w", err)
	}
	c.api.hold(c.Registers[Suppliers])
	return nil
}

// whole writes a file under another name first, and renames it when it is whole.
func (c *City) whole(name string, write func(io.Writer) error) error {
	path := filepath.Join(c.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	part := filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".part")
	f, err := os.Create(part)
	if err != nil {
		return err
	}
	err = write(f)
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		return err
	}
	return os.Rename(part, path)
}

// Next turns every department into that of a later night.
func (c *City) Next() (bureau.Difference, map[string]bureau.Small) {
	others := map[string]bureau.Small{}
	for name, r := range c.Registers {
		others[name] = r.Next()
	}
	return c.Book.Next(), others
}
