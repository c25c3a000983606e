"""``python -m gdsim`` is ``gdsim``."""

from __future__ import annotations

import sys

from gdsim.cli import main

if __name__ == "__main__":
    sys.exit(main())
