package bus

import (
	"encoding/json"
	"fmt"
	"strconv"

	"creditsync/schemas"
)

// SchemaID is the address of the JSON Schema of a kind's messages: ce_dataschema, and the schema's own $id.
func SchemaID(k *schemas.Kind) string {
	return "urn:creditsync:schema:" + k.Name + ":" + strconv.Itoa(k.Version)
}

// object is a JSON object whose keys keep their order.
type object []member

type member struct {
	name  string
	value any
}

// MarshalJSON writes the members in their order.
func (o object) MarshalJSON() ([]byte, error) {
	dst := []byte{'{'}
	for i, m := range o {
		if i > 0 {
			dst = append(dst, ',')
		}
		v, err := json.Marshal(m.value)
		if err != nil {
			return nil, fmt.Errorf("member %s: %w", m.name, err)
		}
		dst = append(append(appendString(dst, m.name), ':'), v...)
	}
	return append(dst, '}'), nil
}

// JSONSchema is the JSON Schema (2020-12) of the messages of a kind, indented, derived from the kind alone. Each field
// carries its standard code as x-standard-code and its level of disclosure as x-disclosure; x-person-disclosure is the
// widest level of a record about a natural person.
func JSONSchema(k *schemas.Kind) []byte {
	text := object{{"type", "string"}}
	var data object
	for _, c := range k.Columns() {
		if c.Part != schemas.Index {
			data = append(data, member{c.Name, dataSchema(c)})
		}
	}
	schema := object{
		{"$schema", "https://json-schema.org/draft/2020-12/schema"},
		{"$id", SchemaID(k)},
		{"title", k.Title},
		{"description", k.English + "; " + k.Standard},
		{"$comment", "A message without a value is a tombstone, ce_type cn.credit." + k.Name + "." + opForget + ": the record of its key has been deleted for days and is to be forgotten."},
		{"type", "object"},
		{"properties", object{
			{"kind", object{{"const", k.Name}}},
			{"record_id", object{{"type", "string"}, {"pattern", "^[0-9a-f]{32}$"}}},
			{"version", object{{"type", "integer"}, {"minimum", 1}}},
			{"op", object{{"enum", []string{opUpsert, opDelete}}}},
			{"status", object{{"enum", []string{"active", "suspended", "repaired", "withdrawn", "expired"}}}},
			{"subject", closed(object{{"type", text}, {"name", text}, {"uscc", text}}, "type", "name")},
			{"data", closed(data, required(k)...)},
			{"changed", object{{"type", "array"}, {"items", text}, {"minItems", 1}}},
			{"source", closed(object{{"pipeline", text}, {"ref", text}}, "pipeline")},
		}},
		{"required", []string{"kind", "record_id", "version", "op", "status", "subject", "data", "source"}},
		{"additionalProperties", false},
	}
	if k.PersonDisclosure != "" {
		schema = append(schema, member{"x-person-disclosure", string(k.PersonDisclosure)})
	}
	out, err := json.MarshalIndent(schema, "", "  ")
	if err != nil {
		panic(err) // only strings, numbers and lists of them stand in it
	}
	return append(out, '\n')
}

func closed(properties object, required ...string) object {
	return object{{"type", "object"}, {"properties", properties}, {"required", required}, {"additionalProperties", false}}
}

func required(k *schemas.Kind) []string {
	names := []string{}
	for _, f := range k.Fields {
		if f.Required {
			names = append(names, f.Name)
		}
	}
	return names
}

// dataSchema is the schema of one member of data. Lengths are not in it: they are checked on the way in, and a masked or
// older value may be longer.
func dataSchema(c schemas.Column) object {
	if c.Part == schemas.Cipher {
		s := object{{"type", "string"}, {"contentEncoding", "base64"}}
		if c.Field == nil {
			return append(object{{"title", "含个人证件号的文本原文（密文）"}, {"description", "clear texts of fields that hold a personal document number, sealed"}}, s...)
		}
		s = append(object{{"title", c.Field.Title + "（密文）"}, {"description", c.Field.English + ", sealed"}}, s...)
		return withCode(s, c.Field)
	}
	f := c.Field
	s := object{{"title", f.Title}, {"description", f.English}}
	switch f.Type {
	case schemas.Date:
		s = append(s, member{"type", "string"}, member{"format", "date"})
	case schemas.Money:
		s = append(s, member{"type", "string"}, member{"pattern", fmt.Sprintf(`^-?[0-9]+\.[0-9]{%d}$`, f.Scale())})
	case schemas.Count:
		s = append(s, member{"type", "integer"}, member{"minimum", 0})
	case schemas.Choices:
		s = append(s, member{"type", "array"}, member{"items", choice(f.List)}, member{"minItems", 1})
	case schemas.Choice:
		s = append(s, choice(f.List)...)
	default:
		s = append(s, member{"type", "string"}, member{"minLength", 1})
	}
	if f.Unit != "" {
		s = append(s, member{"x-unit", f.Unit})
	}
	if f.Personal != "" {
		s = append(s, member{"x-personal", f.Personal})
	}
	s = append(s, member{"x-disclosure", string(f.Disclosure)})
	return withCode(s, f)
}

func withCode(s object, f *schemas.Field) object {
	if f.Code == "" {
		return s
	}
	return append(s, member{"x-standard-code", f.Code})
}

// choice is a value of a code list. An open list informs of its known values, others are valid.
func choice(l *schemas.List) object {
	known := make([]string, len(l.Values))
	for i, v := range l.Values {
		known[i] = v.Text
	}
	if l.Open {
		return object{{"type", "string"}, {"minLength", 1}, {"examples", known}}
	}
	return object{{"enum", known}}
}
