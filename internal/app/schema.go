package app

import (
	"creditsync/internal/bus"
	"creditsync/internal/warehouse"
	"creditsync/schemas"
)

// DDL is the statements that make the tables and views of a kind, in China's time zone.
func DDL(k *schemas.Kind) []string {
	return warehouse.Statements([]*schemas.Kind{k}, "Asia/Shanghai")
}

// MessageSchema is the JSON Schema of the messages of a kind.
func MessageSchema(k *schemas.Kind) []byte { return bus.JSONSchema(k) }
