#!/usr/bin/env bash
# Makes the Python environment of this example, from PyPI; does nothing when it is there.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
[[ -e .venv/complete ]] && exit
rm -rf .venv
python3 -m venv .venv
.venv/bin/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
touch .venv/complete
