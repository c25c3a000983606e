#!/usr/bin/env bash
# Runs a command on a virtual screen of 1920x1080 that has OpenGL: scripts/on_virtual_screen.sh COMMAND...
set -euo pipefail
export QT_QPA_PLATFORM=xcb PYOPENGL_PLATFORM=glx
unset WAYLAND_DISPLAY
exec xvfb-run --auto-servernum --server-args='-screen 0 1920x1080x24 +extension GLX -nolisten tcp' "$@"
