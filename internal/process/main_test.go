package process

import (
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"testing"
	"time"
)

// Tests of processes run this test binary again in the part that this variable names.
const partEnv = "CREDITSYNC_TEST_PART"

func TestMain(m *testing.M) {
	switch os.Getenv(partEnv) {
	case "":
		os.Exit(m.Run())
	case "child": // a good child: guarded, ready, ends on SIGTERM
		os.Exit(good(true))
	case "unguarded": // relies on the kernel's signal alone
		os.Exit(good(false))
	case "stubborn":
		signal.Ignore(syscall.SIGTERM)
		os.Exit(good(true))
	case "silent":
		<-time.After(time.Minute)
	case "broken":
		fmt.Fprintln(os.Stderr, "no such table: moon")
		os.Exit(3)
	case "parent": // starts a child and tells its pid, then waits to be killed
		os.Exit(parent())
	}
	os.Exit(9)
}

func good(guarded bool) int {
	end := make(chan os.Signal, 1)
	if os.Getenv(partEnv) != "stubborn" {
		signal.Notify(end, syscall.SIGTERM)
	}
	if guarded {
		if started, err := Guard(os.Getenv, os.Exit); !started || err != nil {
			fmt.Fprintln(os.Stderr, "not guarded", err)
			return 8
		}
	}
	fmt.Println("serving")
	if err := Ready(os.Getenv, map[string]string{"http": "127.0.0.1:1"}); err != nil {
		return 7
	}
	select {
	case <-end:
		return 0
	case <-time.After(time.Minute):
		return 6
	}
}

func parent() int {
	c, err := start(os.Getenv("CREDITSYNC_TEST_CHILD"), os.Getenv("CREDITSYNC_TEST_LOG"), 10*time.Second)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 5
	}
	// A busy parent: its threads come and go.
	for range 20 {
		go func() { <-time.After(10 * time.Millisecond) }()
	}
	fmt.Println(strconv.Itoa(c.PID()))
	<-c.Done()
	return 4
}
