package vault

import "testing"

var id = []byte("360802199001011238")

func BenchmarkRecordID(b *testing.B) {
	v := fixed(b)
	key := []byte("吉市监处罚〔2024〕12号\x1f11360800014567892P\x1f91360802MA36T00X6M\x1f2024-01-03")
	b.ReportAllocs()
	for b.Loop() {
		v.RecordID("admin_penalty", key)
	}
}

func BenchmarkSealer_Index(b *testing.B) {
	s := fixed(b).Sealer(ResidentID, "admin_penalty", "id_no")
	var index [32]byte
	b.ReportAllocs()
	for b.Loop() {
		s.Index(id, &index)
	}
}

func BenchmarkSealer_Seal(b *testing.B) {
	s := fixed(b).Sealer(ResidentID, "admin_penalty", "id_no")
	var index [32]byte
	dst := make([]byte, 0, 128)
	b.ReportAllocs()
	for b.Loop() {
		dst = s.Seal(id, &index, dst[:0])
	}
}

func BenchmarkSealer_Open(b *testing.B) {
	s := fixed(b).Sealer(ResidentID, "admin_penalty", "id_no")
	var index [32]byte
	sealed, dst := s.Seal(id, &index, nil), make([]byte, 0, 64)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Open(sealed, dst); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkFieldHasher_30Bytes(b *testing.B) {
	f := fixed(b).FieldHasher("decision_no")
	value := []byte("吉市监处罚〔2024〕12号..")[:30]
	b.ReportAllocs()
	for b.Loop() {
		f.Sum64(value)
	}
}

func BenchmarkMask_ResidentID(b *testing.B) {
	dst := make([]byte, 0, 32)
	b.ReportAllocs()
	for b.Loop() {
		dst = Mask(ResidentID, id, dst[:0])
	}
}
