package vault

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/emmansun/gmsm/sm4"
)

const (
	fileVersion = 1
	macKeySize  = 32            // of an identity or index key, in bytes: the output size of SM3
	sm4KeySize  = sm4.BlockSize // of a cipher key, in bytes
	maxKeyNo    = 1<<16 - 1     // the number of a cipher key has two bytes in what it seals
)

// keyFile is keys.json. Keys are base64 in it.
type keyFile struct {
	Version  int       `json:"version"`
	Made     time.Time `json:"made"`
	Identity oneKey    `json:"identity"`
	Index    family    `json:"index"`
	Cipher   family    `json:"cipher"`
}

type family struct {
	Current string   `json:"current"`
	Keys    []oneKey `json:"keys"`
}

type oneKey struct {
	ID   string    `json:"id"`
	Made time.Time `json:"made"`
	Key  []byte    `json:"key"`
}

func newKeyFile(now time.Time) (keyFile, error) {
	now = now.UTC().Truncate(time.Second)
	f := keyFile{Version: fileVersion, Made: now}
	var err error
	if f.Identity, err = newKey("i1", macKeySize, now); err != nil {
		return keyFile{}, err
	}
	if err = f.Index.add("k", macKeySize, now); err != nil {
		return keyFile{}, err
	}
	if err = f.Cipher.add("c", sm4KeySize, now); err != nil {
		return keyFile{}, err
	}
	return f, nil
}

func newKey(id string, size int, now time.Time) (oneKey, error) {
	k := oneKey{ID: id, Made: now, Key: make([]byte, size)}
	_, err := rand.Read(k.Key)
	return k, err
}

// add makes a key with the next number and lets it be the current one. The others stay, to open what they sealed.
func (f *family) add(letter string, size int, now time.Time) error {
	last := 0
	for _, k := range f.Keys {
		if n, ok := keyNo(letter, k.ID); ok && n > last {
			last = n
		}
	}
	if last >= maxKeyNo {
		return fmt.Errorf("no key number after %s%d", letter, last)
	}
	k, err := newKey(letter+strconv.Itoa(last+1), size, now)
	if err != nil {
		return err
	}
	f.Keys, f.Current = append(f.Keys, k), k.ID
	return nil
}

// keyNo is the number in a key id such as "c1".
func keyNo(letter, id string) (int, bool) {
	if len(id) < 2 || id[:1] != letter || id[1] < '1' || id[1] > '9' {
		return 0, false
	}
	n, err := strconv.Atoi(id[1:])
	return n, err == nil && n <= maxKeyNo
}

func (f family) check(name, letter string, size int) error {
	seen := map[string]bool{}
	for _, k := range f.Keys {
		if _, ok := keyNo(letter, k.ID); !ok {
			return fmt.Errorf("%s: key id %q is not %s1, %s2, …", name, k.ID, letter, letter)
		}
		if seen[k.ID] {
			return fmt.Errorf("%s: key %s stands there twice", name, k.ID)
		}
		seen[k.ID] = true
		if err := k.check(name, size); err != nil {
			return err
		}
	}
	if !seen[f.Current] {
		return fmt.Errorf("%s: the current key %q is not among its keys", name, f.Current)
	}
	return nil
}

func (k oneKey) check(name string, size int) error {
	if len(k.Key) != size {
		return fmt.Errorf("%s: key %s has %d bytes, not %d", name, k.ID, len(k.Key), size)
	}
	if bytes.Count(k.Key, k.Key[:1]) == len(k.Key) {
		return fmt.Errorf("%s: key %s is one byte repeated", name, k.ID) // a zeroed block of a disk, or a template
	}
	return nil
}

// errNewer is the cause where the file was written by a later version of this program.
var errNewer = errors.New("written by a newer version")

// parseKeyFile reads keys.json strictly: an unknown or doubled part means that somebody else's file was put there.
// Its errors never hold a part of a key.
func parseKeyFile(b []byte) (keyFile, error) {
	var version struct {
		Version int `json:"version"`
	}
	if err := json.Unmarshal(b, &version); err != nil {
		return keyFile{}, errors.New("not JSON as this program writes it")
	}
	if version.Version > fileVersion {
		return keyFile{}, errNewer
	}
	var f keyFile
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&f); err != nil {
		return keyFile{}, errors.New("not JSON as this program writes it")
	}
	if _, err := d.Token(); err != io.EOF {
		return keyFile{}, errors.New("something follows the keys")
	}
	if f.Version != fileVersion {
		return keyFile{}, fmt.Errorf("version %d is unknown", f.Version)
	}
	if f.Identity.ID == "" {
		return keyFile{}, errors.New("identity: no key")
	}
	return f, errors.Join(
		f.Identity.check("identity", macKeySize),
		f.Index.check("index", "k", macKeySize),
		f.Cipher.check("cipher", "c", sm4KeySize),
	)
}

func (f keyFile) encode() ([]byte, error) {
	b, err := json.MarshalIndent(f, "", "  ")
	return append(b, '\n'), err
}
