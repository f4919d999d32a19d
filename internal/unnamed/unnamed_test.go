package unnamed

import (
	"bytes"
	"os"
	"testing"
)

// TestFile_HoldsNothingReadable: what is written at any place comes back from any place, the folder is empty all the while,
// and the file itself, read through its descriptor, holds nothing of the text.
func TestFile_HoldsNothingReadable(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f, err := Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	text := bytes.Repeat([]byte("360802199001011238,"), 500)
	for at := 0; at < len(text); {
		n := min(len(text)-at, 1+at%97)
		sealed := bytes.Clone(text[at : at+n])
		f.Stream(int64(at)).XORKeyStream(sealed, sealed)
		if _, err := f.WriteAt(sealed, int64(at)); err != nil {
			t.Fatal(err)
		}
		at += n
	}
	for at := 0; at < len(text); at += 13 {
		got := make([]byte, min(len(text)-at, 100))
		if _, err := f.ReadAt(got, int64(at)); err != nil || !bytes.Equal(got, text[at:at+len(got)]) {
			t.Fatalf("at %d: %q, %v", at, got, err)
		}
	}
	raw := make([]byte, len(text))
	if _, err := f.file.ReadAt(raw, 0); err != nil {
		t.Fatal(err)
	}
	for at := 0; at+8 < len(text); at++ {
		if bytes.Contains(raw, text[at:at+8]) {
			t.Fatalf("the file holds %q", text[at:at+8])
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("the folder holds %v, %v", left, err)
	}
}

func TestCreate_NoFolder(t *testing.T) {
	t.Parallel()
	if _, err := Create(t.TempDir() + "/nowhere"); err == nil {
		t.Error("made in a folder that is not there")
	}
}
