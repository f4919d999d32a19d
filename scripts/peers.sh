#!/bin/sh
# Installs the programs that bench/peers compares with, by name from the Python package index that this machine's pip is set
# up with, into a virtual environment in the user's cache. Prints its folder. Does nothing when it is there.
set -eu

wanted=$(CDPATH='' cd -- "$(dirname -- "$0")/../bench/peers" && pwd)/requirements.txt
cache="${CREDITSYNC_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/creditsync}"
# What is wanted is part of the name: other versions are another folder.
dir="$cache/peers-$(sha256sum "$wanted" | cut -c1-16)"

if [ ! -f "$dir/.complete" ]; then
	rm -rf "$dir"
	python3 -m venv "$dir"
	"$dir/bin/pip" install --quiet --disable-pip-version-check -r "$wanted" >&2
	touch "$dir/.complete"
fi
echo "$dir"
