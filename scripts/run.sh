#!/usr/bin/env bash
# Opens the window on a scenario (default: the lecture's surface); without a screen it draws that scenario instead.
set -euo pipefail
cd "$(dirname "$0")/.."
scenario=${1:-lecture-surface}

if [[ -n ${DISPLAY:-}${WAYLAND_DISPLAY:-} || $(uname) == Darwin ]]; then
    scripts/system_libraries.sh window
    exec .venv/bin/gdsim "$scenario"
fi

echo 'This machine has no screen (neither DISPLAY nor WAYLAND_DISPLAY is set), so no window can open here.'
# The picture needs none of the libraries, so it is drawn even where they cannot be installed.
scripts/system_libraries.sh window || true
picture=out/$(basename "$scenario" .toml).png
mkdir -p out
echo "Drawing $scenario instead."
.venv/bin/gdsim render "$scenario" -o "$picture"
echo "$PWD/$picture"
