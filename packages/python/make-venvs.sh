#!/usr/bin/env bash
# Makes the Python environments that tests run in, with the oldest Mosec that we work with and installs here, and the
# newest: packages/python/.venv/oldest and .venv/newest. Does nothing where they are; fails without PyPI.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

make() {
  local folder=.venv/$1 mosec=$2
  [[ -e $folder/complete ]] && return
  rm -rf "$folder"
  "${PYTHON:-python3}" -m venv "$folder"
  "$folder/bin/python" -m pip install --quiet --disable-pip-version-check "$mosec" numpy msgpack msgspec || return
  touch "$folder/complete"
}

make newest 'mosec>=0.9'
for version in 0.9.0 0.9.1 0.9.2 0.9.5; do
  make oldest "mosec==$version" && exit
done
exit 1
