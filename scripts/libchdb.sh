#!/bin/sh
# Fetches libchdb, the ClickHouse engine as a shared library, once, and prints its path.
#
# The library comes from the npm package below, goes to a cache outside the checkout (so that `git clean` keeps it) and is
# used only when its SHA-256 is the one pinned in libchdb.sha256 beside this script: the library's own version number is
# not reliable. Safe to run again and again, and twice at once: each run works in its own directory and the last step is
# one rename.
#
# CREDITSYNC_CACHE moves the cache. Only the machines that have a line in libchdb.sha256 are served.
set -eu

version=26.7.3-stable.1
case "$(uname -s)-$(uname -m)" in
Linux-x86_64 | Linux-amd64) package=@chdb/lib-linux-x64-gnu ;;
*)
	echo "libchdb.sh: there is no libchdb $version for $(uname -s) $(uname -m); configure warehouse.clickhouse instead" >&2
	exit 3
	;;
esac

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
want=$(awk -v p="$package@$version" '$2 == p { print $1 }' "$here/libchdb.sha256")
[ -n "$want" ] || {
	echo "libchdb.sh: no SHA-256 is pinned for $package@$version" >&2
	exit 3
}

cache=${CREDITSYNC_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/creditsync}
dir=$cache/libchdb-$version
library=$dir/libchdb.so
# What was verified is written down with the file's size and time, so that a later run need not read 566 MB again.
stamp=$dir/verified
identity() { stat -c '%s %Y %i' "$library"; }

if [ -f "$library" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$want $(identity)" ]; then
	echo "$library"
	exit 0
fi

sum() { sha256sum "$1" | cut -d' ' -f1; }
verified() {
	printf '%s %s\n' "$want" "$(identity)" >"$dir/.verified.$$"
	mv -f "$dir/.verified.$$" "$stamp"
	echo "$library"
}
if [ -f "$library" ] && [ "$(sum "$library")" = "$want" ]; then
	verified
	exit 0
fi

command -v npm >/dev/null 2>&1 || {
	echo "libchdb.sh: npm is needed to fetch $package@$version" >&2
	exit 3
}
mkdir -p "$dir"
find "$dir" -maxdepth 1 -name '.fetch.*' -mmin +120 -exec rm -rf {} + # what a killed run left
work=$(mktemp -d "$dir/.fetch.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP
echo "libchdb.sh: fetching $package@$version (167 MB)" >&2
(cd "$work" && npm pack --silent "$package@$version" >/dev/null) || {
	echo "libchdb.sh: npm could not fetch $package@$version" >&2
	exit 3
}
tar -xzf "$work"/*.tgz -C "$work" package/libchdb.so
got=$(sum "$work/package/libchdb.so")
[ "$got" = "$want" ] || {
	echo "libchdb.sh: $package@$version has SHA-256 $got, pinned is $want" >&2
	exit 3
}
chmod 0755 "$work/package/libchdb.so"
mv -f "$work/package/libchdb.so" "$library"
verified
