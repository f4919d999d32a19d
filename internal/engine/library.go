package engine

import (
	"os"
	"path/filepath"
	"strings"

	"creditsync/internal/fault"
)

// libraryVersion names the cache directory of scripts/libchdb.sh.
const libraryVersion = "26.7.3-stable.1"

// FindLibrary returns the path of libchdb.so: explicit, if not empty; else the first that exists of $CREDITSYNC_LIBCHDB, the
// folder of executable (the running program's path), the cache of scripts/libchdb.sh, /usr/lib/creditsync. A path that was
// given and does not exist is an error, not a reason to look elsewhere. The error has the class fault.Environment.
func FindLibrary(explicit string, getenv func(string) string, executable string) (string, error) {
	given := explicit
	if given == "" {
		given = getenv("CREDITSYNC_LIBCHDB")
	}
	var tried []string
	if given != "" {
		tried = []string{given}
	} else {
		tried = libraryPlaces(getenv, executable)
	}
	for _, path := range tried {
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
			return filepath.Abs(path)
		}
	}
	list := strings.Join(tried, ", ")
	return "", fault.New(fault.Environment, "engine.library_missing",
		fault.T("找不到 ClickHouse 引擎库 libchdb.so（已查找：%s）", "the ClickHouse engine library libchdb.so was not found (looked at: %s)", list)).
		Do(fault.T("运行 make build 下载，或用 CREDITSYNC_LIBCHDB 指明路径", "run make build to fetch it, or set CREDITSYNC_LIBCHDB to its path"))
}

func libraryPlaces(getenv func(string) string, executable string) []string {
	var places []string
	if executable != "" {
		if real, err := filepath.EvalSymlinks(executable); err == nil {
			executable = real
		}
		places = append(places, filepath.Join(filepath.Dir(executable), "libchdb.so"))
	}
	cache := getenv("CREDITSYNC_CACHE")
	switch {
	case cache != "":
	case getenv("XDG_CACHE_HOME") != "":
		cache = filepath.Join(getenv("XDG_CACHE_HOME"), "creditsync")
	case getenv("HOME") != "":
		cache = filepath.Join(getenv("HOME"), ".cache", "creditsync")
	}
	if cache != "" {
		places = append(places, filepath.Join(cache, "libchdb-"+libraryVersion, "libchdb.so"))
	}
	return append(places, "/usr/lib/creditsync/libchdb.so")
}
