package console

import (
	"context"
	"flag"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"creditsync/internal/fault"
)

var pictures = flag.String("pictures", "", "folder for what the browser saw of each page")

// browserLimit bounds everything that the browser is asked; it needs some seconds.
const browserLimit = 3 * time.Minute

// seen is what a page is like once it is drawn.
type seen struct {
	Title    string
	Sections []string // that are visible, by id
	Wide     bool     // it is wider than the window
	Injected int      // elements that an error text smuggled in
	Styled   bool     // the style sheet came
	Failed   []string // what it loads and did not get
}

const look = `({
	title: document.title,
	sections: [...document.querySelectorAll('section')].filter(s => s.offsetHeight > 20).map(s => s.id),
	wide: document.documentElement.scrollWidth > document.documentElement.clientWidth,
	injected: document.querySelectorAll('li b b, li span b').length,
	styled: getComputedStyle(document.querySelector('section')).borderTopStyle === 'solid',
	failed: performance.getEntriesByType('resource').filter(e => e.responseStatus !== 200).map(e => e.name),
})`

// TestPage_InABrowser draws the page in Chromium, on a desk and on a telephone, by day and by night: nothing fails to load,
// nothing sticks out, and every part shows.
func TestPage_InABrowser(t *testing.T) {
	t.Parallel()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.UserDataDir(t.TempDir()))
	if os.Getuid() == 0 {
		options = append(options, chromedp.NoSandbox) // its sandbox does not work for root
	}
	within, stop := context.WithTimeout(t.Context(), browserLimit)
	defer stop()
	allocator, end := chromedp.NewExecAllocator(within, options...)
	defer end()
	browser, end := chromedp.NewContext(allocator)
	defer end()
	if err := chromedp.Do(browser); err != nil {
		t.Fatalf("start Chromium (scripts/test-deps.sh installs it): %v", err)
	}
	for _, c := range []struct {
		name     string
		status   Status
		lang     fault.Language
		width    int64
		scheme   string
		title    string
		sections int
	}{
		{"busy-zh-desk", busy(), fault.Chinese, 1280, "light", "(5) creditsync", 6},
		{"busy-en-desk-night", busy(), fault.English, 1280, "dark", "(5) creditsync", 6},
		{"busy-zh-telephone", busy(), fault.Chinese, 390, "light", "(5) creditsync", 6},
		{"quiet-zh-telephone", quiet(), fault.Chinese, 390, "dark", "creditsync", 5},
		{"quiet-en-desk", quiet(), fault.English, 1280, "light", "creditsync", 5},
	} {
		t.Run(c.name, func(t *testing.T) {
			server := httptest.NewServer(server(t, c.status, c.lang))
			defer server.Close()
			tab, end := chromedp.NewContext(browser)
			defer end()
			err := chromedp.Do(tab, scheme(c.scheme), chromedp.EmulateViewport(c.width, 900), chromedp.Navigate(server.URL), chromedp.WaitVisible("#parts"))
			if err != nil {
				t.Fatal(err)
			}
			got, err := chromedp.Run(tab, chromedp.Evaluate[seen](look))
			if err != nil {
				t.Fatal(err)
			}
			if len(got.Failed) > 0 {
				t.Errorf("not loaded: %q", got.Failed)
			}
			if got.Title != c.title || len(got.Sections) != c.sections || got.Wide || got.Injected > 0 || !got.Styled {
				t.Errorf("drawn as %+v", got)
			}
			if *pictures != "" {
				picture, err := chromedp.Run(tab, chromedp.FullScreenshot(100))
				if err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(*pictures, c.name+".png"), picture, 0o644); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

// scheme is what the visitor's system prefers, light or dark.
func scheme(value string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: value}}})
		return err
	})
}
