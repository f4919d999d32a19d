// Package all lists every kind of source that a configuration may name. It holds no code of its own: to add a connector,
// write its folder beside this one, let it pass package connectorstest, and add its Definition here.
package all

import (
	"creditsync/connectors"
	"creditsync/connectors/file"
	"creditsync/connectors/http"
	"creditsync/connectors/sql"
)

// Registry is the kinds of source by name.
func Registry() connectors.Registry {
	return connectors.NewRegistry(
		file.Definition(),
		http.Definition(),
		sql.Definition(),
	)
}
