#!/usr/bin/env bash
# Installs what Debian and Ubuntu lack for gdsim, and only that.
#
#   scripts/system_libraries.sh window        what Qt and OpenGL need to open a window
#   scripts/system_libraries.sh tests         the same, and a virtual screen
#   scripts/system_libraries.sh venv 3.11     what `python3.11 -m venv` needs
#
# Works as root, or with sudo. Without either it prints the command for somebody who may, and exits 1.
set -euo pipefail

# One package a line; where releases differ in the name, the alternatives are separated by "|".
window='
libdbus-1-3
libegl1
libfontconfig1
libgl1
libglib2.0-0t64|libglib2.0-0
libx11-xcb1
libxcb-cursor0
libxcb-glx0
libxcb-icccm4
libxcb-image0
libxcb-keysyms1
libxcb-randr0
libxcb-render-util0
libxcb-render0
libxcb-shape0
libxcb-shm0
libxcb-sync1
libxcb-util1
libxcb-xfixes0
libxcb-xkb1
libxkbcommon-x11-0
libxkbcommon0
fonts-dejavu-core
'
screen='
poppler-utils
xauth
xvfb
'

case ${1:-} in
    window) wanted=$window purpose='to open its window' ;;
    tests) wanted=$window$screen purpose='to test its window on a virtual screen' ;;
    venv) wanted="python${2:?}-venv|python3-venv" purpose='to make a virtual environment' ;;
    *) sed -n '2,8s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac

installed() {
    [[ $(dpkg-query --show --showformat='${Status}' "$1" 2>/dev/null) == 'install ok installed' ]]
}

available() {
    LC_ALL=C apt-cache policy "$1" 2>/dev/null | grep -q 'Candidate: [^(]'
}

# Lines of $wanted of which no alternative is installed.
missing_lines() {
    local line name
    for line in $wanted; do
        for name in ${line//|/ }; do
            if installed "$name"; then continue 2; fi
        done
        echo "$line"
    done
}

# For each line on stdin the first alternative that this release has; the last where it knows none.
names() {
    local line name
    while read -r line; do
        for name in ${line//|/ }; do
            if available "$name"; then break; fi
        done
        echo "$name"
    done
}

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    echo "This is neither Debian nor Ubuntu: see that the system has $(echo $wanted | sed 's/|[^ ]*//g; s/ /, /g')." >&2
    exit 0
fi

missing=$(missing_lines)
if [[ -z $missing ]]; then exit 0; fi

if [[ $(id -u) == 0 ]]; then
    as_root=()
elif command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [[ -t 0 ]]; }; then
    as_root=(sudo)
else
    packages=$(names <<<"$missing")
    {
        echo "gdsim lacks, $purpose:" $packages
        echo "Ask somebody who may install packages on this machine to run:"
        echo "    sudo apt-get update && sudo apt-get install -y --no-install-recommends" $packages
    } >&2
    exit 1
fi

echo "Installing, $purpose:" $missing
export DEBIAN_FRONTEND=noninteractive
# The package lists are fetched only where they do not yet know every name.
while read -r line; do
    known=no
    for name in ${line//|/ }; do
        if available "$name"; then known=yes; fi
    done
    if [[ $known == no ]]; then
        "${as_root[@]}" apt-get update -q
        break
    fi
done <<<"$missing"
packages=$(names <<<"$missing")
install=("${as_root[@]}" apt-get install -y -q --no-install-recommends $packages)
# Lists that are some weeks old name files that the mirrors no longer have.
"${install[@]}" || { "${as_root[@]}" apt-get update -q && "${install[@]}"; }
