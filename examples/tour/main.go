// Command tour shows creditsync at work, from the outside: what `make run` starts.
//
// Four departments (package city; what they have is made by package bureau) have their records read on three nights: all of
// them, the same again, and again with a known small difference: the market supervision bureau's files, the court's
// database, the procurement office's web API, the disciplinary commission's database. After each run of bin/creditsync the
// tour shows what four people see: the operator (the summaries), the clerk (the refused rows), the analyst (a query) and the
// bridge to the national platform (the messages). It checks its own words: where what happened is not what it announced, it
// ends with a sentence and status 1.
//
// It uses the program as anybody does, by its command line, ClickHouse's HTTP protocol and Kafka's; none of its
// internals. tour.go is the table of contents; folder.go has the working folder, nights.go what is told each night,
// servers.go the engine and the broker, page.go how it looks.
//
// It is not a test of creditsync (e2e is) and not an example of how to embed it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"creditsync/internal/config"
	"creditsync/internal/fault"
)

// limit is how long the tour may take, on a slow machine too.
const limit = 5 * time.Minute

func main() { os.Exit(int(run())) }

// run is the tour with its flags, signals and exit status.
func run() fault.Class {
	dir := flag.String("dir", "data/tour", "working folder, emptied first")
	program := flag.String("program", "bin/creditsync", "the creditsync to show")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	ctx, cancel := context.WithTimeoutCause(ctx, limit, fault.New(fault.Environment, "tour.too_slow",
		fault.T("导览超过 %s 没有结束", "the tour has not ended within %s", limit)).
		Do(fault.T("机器可能太忙，请稍后再试。", "The machine may be too busy; try again later.")))
	defer cancel()

	lang := config.LanguageOf(os.LookupEnv)
	err := walk(ctx, newPage(os.Stdout, lang), *dir, *program)
	switch {
	case err == nil:
		return fault.None
	case errors.Is(context.Cause(ctx), context.Canceled):
		err = fault.New(fault.Run, "tour.interrupted", fault.T("导览已中断，启动的进程都已结束。", "The tour was interrupted; what it had started has ended."))
	case ctx.Err() != nil:
		err = context.Cause(ctx)
	}
	fmt.Fprintln(os.Stderr, "\n"+fault.Say(err, lang))
	return fault.ClassOf(err)
}
