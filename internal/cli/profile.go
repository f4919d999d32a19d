package cli

import (
	"os"
	"runtime/pprof"
)

// envProfile names a file that takes a CPU profile of the process, for those who look for where its time goes.
const envProfile = "CREDITSYNC_CPU_PROFILE"

// profile starts the profile that the environment asks for and returns what ends it. A file that cannot be made is no reason
// not to run.
func profile(lookup func(string) (string, bool)) (stop func()) {
	path, asked := lookup(envProfile)
	if !asked {
		return func() {}
	}
	f, err := os.Create(path)
	if err != nil {
		return func() {}
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		f.Close()
		return func() {}
	}
	return func() {
		pprof.StopCPUProfile()
		f.Close()
	}
}
