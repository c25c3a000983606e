#!/usr/bin/env bash
# Makes .venv with the pinned packages and gdsim itself (editable).
#
#   scripts/environment.sh        what running needs
#   scripts/environment.sh dev    also what testing and checking need
set -euo pipefail
cd "$(dirname "$0")/.."

recent_python() {
    local name
    for name in ${PYTHON:-} python3 python3.13 python3.12 python3.11 python3.14; do
        if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$name"
            return
        fi
    done
    echo 'gdsim needs Python 3.11 or newer, and finds none. On Debian 12 or Ubuntu 24.04: sudo apt-get install python3' >&2
    return 1
}

if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    python=$(recent_python)
    # Debian and Ubuntu keep ensurepip, without which a new environment has no pip, in a package of its own.
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        scripts/system_libraries.sh venv "$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')"
    fi
    echo "Making .venv with $("$python" --version)."
    "$python" -m venv --clear .venv
fi

echo 'Installing the pinned packages into .venv; the first time this takes some minutes.'
export PIP_DISABLE_PIP_VERSION_CHECK=1
.venv/bin/python -m pip install --quiet --constraint constraints.txt --editable ".${1:+[$1]}"
