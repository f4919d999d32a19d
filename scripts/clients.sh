#!/bin/sh
# Fetches the ClickHouse clients of e2e/clients that are not Go's or Python's, for the tests: Node's @clickhouse/client from the
# npm registry, and the JDBC driver from the Maven repository, that this machine's npm and mvn are set up with, into the
# user's cache. Prints the folder that holds "node_modules" and "java". Does nothing when it is there.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")/../e2e/clients" && pwd)
cache="${CREDITSYNC_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/creditsync}"
# What is wanted is part of the name: another version is another folder.
dir="$cache/clients-$(cat "$here/node/package-lock.json" "$here/java/pom.xml" | sha256sum | cut -c1-16)"

if [ -f "$dir/.complete" ]; then
	echo "$dir"
	exit 0
fi
for tool in npm node mvn java; do
	if ! command -v "$tool" >/dev/null 2>&1; then
		echo "scripts/clients.sh needs $tool: on Debian, apt-get install npm nodejs maven default-jdk-headless" >&2
		exit 1
	fi
done

mkdir -p "$cache"
work=$(mktemp -d "$cache/clients.XXXXXX")
trap 'rm -rf "$work"' EXIT INT TERM
cp "$here/node/package.json" "$here/node/package-lock.json" "$work/"
(cd "$work" && npm ci --silent --no-audit --no-fund --ignore-scripts) >&2
cp "$here/java/pom.xml" "$work/pom.xml"
(cd "$work" && mvn --batch-mode --quiet -Dstyle.color=never dependency:copy-dependencies -DoutputDirectory="$work/java") >&2
[ -d "$work/node_modules/@clickhouse/client" ] || { echo "npm left no @clickhouse/client" >&2; exit 1; }
ls "$work"/java/clickhouse-jdbc-*.jar >/dev/null 2>&1 || { echo "mvn left no clickhouse-jdbc" >&2; exit 1; }
touch "$work/.complete"

# The folder appears whole or not at all: two runs at once end with one of them.
if ! mv -T "$work" "$dir" 2>/dev/null && [ ! -f "$dir/.complete" ]; then
	rm -rf "$dir"
	mv -T "$work" "$dir"
fi
echo "$dir"
