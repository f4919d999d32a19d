package main

import (
	"fmt"
	"go/ast"
	"regexp"
	"slices"
	"strings"

	"creditsync/internal/fault"
)

// told is one error as people meet it.
type told struct {
	class        fault.Class
	code, zh, en string
}

// faultsPage lists every classed error of the program, read from the calls of fault.New, under its exit status.
func faultsPage(root string) (string, error) {
	files, err := sourceFiles(root)
	if err != nil {
		return "", err
	}
	seen := map[string]bool{}
	var list []told
	for _, f := range files {
		ast.Inspect(f, func(n ast.Node) bool {
			e, ok := n.(ast.Expr)
			if !ok || !isCall(e, "fault", "New") {
				return true
			}
			t := tell(e.(*ast.CallExpr))
			if key := fmt.Sprint(t); t.code != "…" && !seen[key] {
				seen[key] = true
				list = append(list, t)
			}
			return true
		})
	}
	slices.SortFunc(list, func(a, b told) int {
		return strings.Compare(a.code+"\x00"+a.en, b.code+"\x00"+b.en)
	})
	return faultText(list), nil
}

func faultText(list []told) string {
	var b strings.Builder
	b.WriteString("# 退出状态和错误代码 / Exit statuses and error codes\n\n")
	b.WriteString("| 退出状态 exit status | 意思 | meaning |\n| --- | --- | --- |\n")
	b.WriteString("| 0 | 完成；预算以内的拒收也算完成 | done; refused rows within the budget are done |\n")
	b.WriteString("| 1 | 这次运行失败，或这条管道正在运行 | a run failed, or the pipeline is already running |\n")
	b.WriteString("| 2 | 配置或输入有误，需要人来改 | the configuration or the input is wrong: a person must change it |\n")
	b.WriteString("| 3 | 环境有问题：连不上、磁盘满、起不来 | the environment: cannot be reached, is full, does not start |\n\n")
	b.WriteString("几条管道结果不同时，依次取 2、3、1 中最先出现的。Of several the first of 2, 3, 1.\n\n")
	b.WriteString("代码不变，`--json` 中也是它；句中 … 处是当时的名称和数字。Codes are stable and stand in `--json` too; … stands for names and numbers.\n")
	for class, head := range []string{fault.Input: "退出状态 2 / exit status 2", fault.Environment: "退出状态 3 / exit status 3", fault.Run: "退出状态 1 / exit status 1"} {
		if head == "" {
			continue
		}
		fmt.Fprintf(&b, "\n## %s\n\n| 代码 code | 说明 | meaning |\n| --- | --- | --- |\n", head)
		for _, t := range list {
			if int(t.class) == class {
				fmt.Fprintf(&b, "| `%s` | %s | %s |\n", t.code, cell(t.zh), cell(t.en))
			}
		}
	}
	var open []string
	for _, t := range list {
		if t.class == fault.None {
			open = append(open, "`"+t.code+"`")
		}
	}
	if len(open) > 0 {
		fmt.Fprintf(&b, "\n视原因而定 / depends on the cause：%s\n", strings.Join(slices.Compact(open), "、"))
	}
	return b.String()
}

// tell reads one call of fault.New. A class that is computed reads None.
func tell(call *ast.CallExpr) told {
	t := told{zh: "…", en: "…", code: "…"}
	if len(call.Args) != 3 {
		return t
	}
	if sel, ok := call.Args[0].(*ast.SelectorExpr); ok {
		t.class = map[string]fault.Class{"Run": fault.Run, "Input": fault.Input, "Environment": fault.Environment}[sel.Sel.Name]
	}
	t.code = literal(call.Args[1])
	if isCall(call.Args[2], "fault", "T") {
		if args := call.Args[2].(*ast.CallExpr).Args; len(args) >= 2 {
			t.zh, t.en = plain(literal(args[0])), plain(literal(args[1]))
		}
	}
	return t
}

var verb = regexp.MustCompile(`%(\.[0-9])?(\[[0-9]\])?[0-9]*[a-z]`)

// plain is a format with … in its places.
func plain(format string) string {
	return strings.ReplaceAll(verb.ReplaceAllString(format, "…"), "%%", "%")
}
