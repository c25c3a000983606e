"""A batch of all presets' figures: two processes against one. Run with `make benchmark`."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from gdsim.simulation.files import preset_names

LIMIT = 0.75
"""Of the time of one process; two that draw side by side both begin by importing what they need."""

SIZE = "1280x960"


def seconds(processes: int, folder: Path) -> float:
    """Draw every preset and return the seconds that the batch says it took."""
    words = ["render", *preset_names(), "-o", f"{folder}/{processes}/", "--size", SIZE, "--jobs", str(processes)]
    result = subprocess.run([sys.executable, "-m", "gdsim", *words], capture_output=True, text=True, check=True)
    found = re.match(r"(\d+) of (\d+) files written in ([\d.]+) s", result.stdout)
    assert found is not None and found[1] == found[2], result.stdout
    return float(found[3])


def main() -> int:
    """Measure, print and judge."""
    with tempfile.TemporaryDirectory() as folder:
        times = {processes: min(seconds(processes, Path(folder)) for _ in range(2)) for processes in (1, 2)}
        same = all(
            path.read_bytes() == (Path(folder) / "2" / path.name).read_bytes() for path in Path(folder, "1").iterdir()
        )
    ratio = times[2] / times[1]
    print(f"{len(preset_names())} presets at {SIZE}: {times[1]:.1f} s in one process, {times[2]:.1f} s in two")
    print(f"ratio {ratio:.2f} (limit {LIMIT}); the same files: {'yes' if same else 'NO'}")
    return int(ratio > LIMIT or not same)


if __name__ == "__main__":
    sys.exit(main())
