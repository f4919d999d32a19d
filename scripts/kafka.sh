#!/bin/sh
# Fetches Apache Kafka for the tests: the broker's jars from the Maven repository that this machine's mvn is set up with,
# into the user's cache. Prints the folder that holds them. Does nothing when they are there. With the argument "tools" it
# fetches Kafka's own command line tools instead, for the benchmarks.
set -eu

version=4.2.0
scala=2.13
cache="${CREDITSYNC_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/creditsync}"
artifact="kafka_$scala"
dir="$cache/kafka-$version"
if [ "${1:-}" = tools ]; then
	artifact=kafka-tools
	dir="$cache/kafka-tools-$version"
fi

if [ -f "$dir/.complete" ]; then
	echo "$dir"
	exit 0
fi
for tool in mvn java; do
	if ! command -v "$tool" >/dev/null 2>&1; then
		echo "scripts/kafka.sh needs $tool: on Debian, apt-get install maven default-jre-headless" >&2
		exit 1
	fi
done

mkdir -p "$cache"
work=$(mktemp -d "$cache/kafka.XXXXXX")
trap 'rm -rf "$work"' EXIT INT TERM
cat >"$work/pom.xml" <<POM
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>creditsync</groupId>
  <artifactId>kafka-for-tests</artifactId>
  <version>1</version>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>$artifact</artifactId><version>$version</version></dependency>
  </dependencies>
</project>
POM
(cd "$work" && mvn --batch-mode --quiet -Dstyle.color=never dependency:copy-dependencies -DoutputDirectory="$work/libs") >&2
[ -f "$work/libs/$artifact-$version.jar" ] || { echo "mvn left no $artifact-$version.jar" >&2; exit 1; }

# The folder appears whole or not at all: two runs at once end with one of them.
mv "$work/libs" "$work/$version"
touch "$work/$version/.complete"
if ! mv -T "$work/$version" "$dir" 2>/dev/null && [ ! -f "$dir/.complete" ]; then
	rm -rf "$dir"
	mv -T "$work/$version" "$dir"
fi
echo "$dir"
