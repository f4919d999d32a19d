// Package vault keeps the keys and does with them what has to be done with keys: the identity of records, the hash that
// tells a changed record from an unchanged one, and the two hidden forms of a personal identifier, its blind index and
// its cipher. Beside them stand the masks, the form that people may read.
//
// It is not an access control: whoever holds a Vault may open what it sealed. It knows no record kinds and no tables; the
// names of kinds, fields and classes come in as strings. docs/ARCHITECTURE.md says which column is made from what.
//
// The keys are of three families, and everything else is derived from them:
//
//	identity  one HMAC-SM3 key, never rotated: record ids, reject ids, content hashes and the fingerprint hang on it
//	index     HMAC-SM3 keys of the blind indexes; the current one makes new indexes
//	cipher    SM4 keys of the ciphers; the current one seals, all of them open
//
// SM3 is GB/T 32905-2016 and SM4 is GB/T 32907-2016, both from gmsm. Start reading at Open (open.go), then Sealer.
package vault
