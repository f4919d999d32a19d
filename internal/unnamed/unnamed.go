// Package unnamed is a temporary file that nobody else can read: it has no name from the moment it is made, and what is in it
// is encrypted under a key that only this process has ever had. What sources hold is personal data; it must not be found on a
// disk, whatever becomes of the process.
//
// It is not a store: what is kept is gone with the process. internal/spool keeps the rows of a run in one, connectors/scratch
// what a source gave.
package unnamed

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
	"os"
)

// File is the file. Its methods are safe for concurrent use, at different places.
type File struct {
	file  *os.File
	block cipher.Block
}

// Create makes a file in the folder, which must exist; "" is the system's for temporary files.
func Create(dir string) (*File, error) {
	f, err := os.CreateTemp(dir, "creditsync-*")
	if err != nil {
		return nil, err
	}
	var key [16]byte
	_, _ = rand.Read(key[:]) // never fails (crypto/rand)
	block, err := aes.NewCipher(key[:])
	if err == nil {
		err = os.Remove(f.Name())
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return &File{file: f, block: block}, nil
}

// Name is what the file was called while it had a name, for messages.
func (f *File) Name() string { return f.file.Name() }

// Stream encrypts what is to be written from that place on: AES in counter mode, the counter being the place. A place must
// not be written twice.
func (f *File) Stream(at int64) cipher.Stream {
	var iv [aes.BlockSize]byte
	binary.BigEndian.PutUint64(iv[8:], uint64(at)/aes.BlockSize)
	stream := cipher.NewCTR(f.block, iv[:])
	if skip := at % aes.BlockSize; skip > 0 {
		var drop [aes.BlockSize]byte
		stream.XORKeyStream(drop[:skip], drop[:skip])
	}
	return stream
}

// WriteAt writes bytes that Stream has encrypted for that place.
func (f *File) WriteAt(sealed []byte, at int64) (int, error) { return f.file.WriteAt(sealed, at) }

// ReadAt reads and decrypts.
func (f *File) ReadAt(p []byte, at int64) (int, error) {
	n, err := f.file.ReadAt(p, at)
	f.Stream(at).XORKeyStream(p[:n], p[:n])
	return n, err
}

// Close gives the room back.
func (f *File) Close() error { return f.file.Close() }
