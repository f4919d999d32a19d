#!/usr/bin/env bash
# Installs what `make test` needs beside Go: Debian's kcat, PostgreSQL, MariaDB and Chromium (the programs; their services are neither
# set up nor started), Python packages in a virtual environment in the user's cache,
# Node's and Java's ClickHouse clients, and Apache Kafka's jars in the same cache. Says what to install where it may not do so itself.
set -euo pipefail
cd "$(dirname "$0")/.."
cache=${CREDITSYNC_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/creditsync}

missing=()
for tool in go npm node java mvn python3; do
  command -v "$tool" >/dev/null || missing+=("$tool")
done
if ((${#missing[@]})); then
  echo "make test needs ${missing[*]}: install them first (README.md, Tests)" >&2
  exit 2
fi

want=()
command -v kcat >/dev/null || want+=(kcat)
command -v mariadbd >/dev/null || [[ -x /usr/sbin/mariadbd ]] || want+=(mariadb-server-core)
command -v javac >/dev/null || want+=(default-jdk-headless)
compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || command -v initdb >/dev/null || want+=(postgresql)
command -v chromium >/dev/null || command -v google-chrome >/dev/null || want+=(chromium)
if ((${#want[@]})); then
  if [[ $(id -u) != 0 ]] || ! command -v apt-get >/dev/null; then
    echo "make test needs the Debian packages ${want[*]}: apt-get install ${want[*]}" >&2
    exit 2
  fi
  if [[ " ${want[*]} " == *" postgresql "* && ! -e /etc/postgresql-common/createcluster.conf ]]; then
    mkdir -p /etc/postgresql-common # else the package makes a cluster of the system's own and starts it
    echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf
  fi
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${want[@]}" >/dev/null
fi

venv=$cache/python-2
if [[ ! -x $venv/bin/python || ! -e $venv/.ready ]]; then
  rm -rf "$venv"
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check -r e2e/requirements.txt
  touch "$venv/.ready"
fi

scripts/kafka.sh >/dev/null
scripts/clients.sh >/dev/null
scripts/libchdb.sh >/dev/null
