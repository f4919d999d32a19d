package engine

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"testing"
)

// ClickHouse knows more words for an encoding than HTTP does, and its clients use them.
func TestHTTP_TakesClickHousesWordsForEncodings(t *testing.T) {
	t.Parallel()
	c := shared.get(t)
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write([]byte("SELECT 1")); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	for word, body := range map[string][]byte{"none": []byte("SELECT 1"), "auto": []byte("SELECT 1"), "gz": packed.Bytes()} {
		if r := c.send(t, http.MethodPost, bytes.NewReader(body), "H:Content-Encoding", word); r.status != http.StatusOK || r.body != "1\n" {
			t.Errorf("%s: got %d %q, want 200 and 1", word, r.status, r.body)
		}
	}
}
