package cli

import (
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"creditsync/internal/cli/show"
	"creditsync/internal/fault"
)

func (p *program) versionCommand() *cobra.Command {
	cmd := p.command("version [flags]", fault.T("版本", "the version of this program"))
	cmd.Args = words(0, 0)
	asJSON := p.asJSON(cmd)
	cmd.RunE = func(*cobra.Command, []string) error {
		if b := build(); *asJSON {
			p.out.Write(p.toStdout(nil).VersionJSON(b))
		} else {
			p.out.Write(p.toStdout(nil).Version(b))
		}
		return nil
	}
	return cmd
}

// build is what the linker wrote down about this build.
func build() show.Build {
	b := show.Build{Version: "(devel)", Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	if v := info.Main.Version; v != "" {
		b.Version = v
	}
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			b.Revision = s.Value[:min(12, len(s.Value))]
		case s.Key == "vcs.modified" && s.Value == "true":
			b.Revision += "+"
		}
	}
	return b
}
