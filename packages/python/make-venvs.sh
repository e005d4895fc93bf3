#!/usr/bin/env bash
# Makes the Python environments that tests run in, with the oldest and the newest Mosec that we work with:
# packages/python/.venv/oldest and .venv/newest. Does nothing where they are; fails where PyPI cannot be reached.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

make() {
  local folder=.venv/$1 mosec=$2
  [[ -e $folder/complete ]] && return
  rm -rf "$folder"
  "${PYTHON:-python3}" -m venv "$folder"
  "$folder/bin/python" -m pip install --quiet --disable-pip-version-check "$mosec" numpy msgpack msgspec
  touch "$folder/complete"
}

make oldest mosec==0.9.0
make newest 'mosec>=0.9'
