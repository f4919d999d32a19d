package toxic

import (
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"testing"
)

func TestMain(m *testing.M) {
	Main()
	os.Exit(m.Run())
}

func TestProxy_Cut(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = io.WriteString(c, strings.Repeat("x", 10_000))
			_ = c.Close()
		}
	}()
	n, err := Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(n.Stop)
	p := n.Proxy(t, l.Addr().String())
	for _, want := range []int{10_000, 7} {
		if want == 7 {
			p.Cut(t, 7)
		}
		c, err := net.Dial("tcp", "127.0.0.1:"+strconv.Itoa(p.Port))
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(c)
		if err != nil || len(got) != want {
			t.Errorf("got %d bytes, %v, want %d", len(got), err, want)
		}
		c.Close()
	}
	p.Calm(t)
	p.Down(t)
	if c, err := net.Dial("tcp", "127.0.0.1:"+strconv.Itoa(p.Port)); err == nil {
		c.Close()
		t.Error("a proxy that is down takes connections")
	}
}
