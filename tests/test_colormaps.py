"""The shipped colour tables are matplotlib's."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from gdsim.app import colormaps
from gdsim.errors import InputError


def write_tables(target: Path) -> None:
    """Write `resources/colormaps.npz` from matplotlib; run by hand when `NAMES` grows."""
    import matplotlib

    steps = np.arange(256)
    tables = {name: matplotlib.colormaps[name](steps, bytes=True)[:, :3] for name in colormaps.NAMES}
    np.savez_compressed(target, **tables)


@pytest.mark.parametrize("name", colormaps.NAMES)
def test_table_equals_matplotlib(name: str) -> None:
    import matplotlib

    expected = matplotlib.colormaps[name](np.arange(256), bytes=True)
    table = colormaps.lookup(name)
    assert table.dtype == np.uint8
    np.testing.assert_array_equal(table, expected)


def test_unknown_name_is_named_in_the_error() -> None:
    with pytest.raises(InputError, match="'jet2'.*rainbow"):
        colormaps.lookup("jet2")


def test_tables_cannot_be_written() -> None:
    with pytest.raises(ValueError):
        colormaps.lookup("rainbow")[0, 0] = 1


def test_looking_up_imports_no_matplotlib() -> None:
    program = (
        "import sys; from gdsim.app.colormaps import lookup; lookup('viridis'); print('matplotlib' in sys.modules)"
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "False"
