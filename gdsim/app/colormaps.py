"""The colormaps on offer, as tables of 256 colours, so that drawing needs no matplotlib."""

from __future__ import annotations

import io
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gdsim.errors import InputError
from gdsim.i18n import tr

NAMES = ("rainbow", "viridis", "cividis", "plasma", "inferno", "magma", "turbo", "coolwarm", "gray")
"""Every colormap that `lookup` knows; `rainbow` is the lecture's, the next ones are perceptually uniform."""

_FILE = "colormaps.npz"


@cache
def lookup(name: str) -> NDArray[np.uint8]:
    """Return the colours of a colormap.

    Parameters
    ----------
    name
        One of `NAMES`, with matplotlib's meaning.

    Returns
    -------
    ndarray
        Shape ``(256, 4)``, uint8: red, green, blue and opacity (255), lowest value first; read-only.

    Raises
    ------
    InputError
        No such colormap.
    """
    if name not in NAMES:
        raise InputError(tr("There is no colormap {name}; there are {known}.", name=repr(name), known=", ".join(NAMES)))
    table = np.full((256, 4), 255, np.uint8)
    table[:, :3] = _tables()[name]
    table.setflags(write=False)
    return table


@cache
def _tables() -> dict[str, NDArray[np.uint8]]:
    """Read matplotlib's tables (256 x 3, uint8), written once by ``tests/test_colormaps.py``'s `write_tables`."""
    with np.load(io.BytesIO(_data_file().read_bytes())) as archive:
        return {name: archive[name] for name in NAMES}


def _data_file() -> Traversable:
    try:
        return resources.files("gdsim.resources") / _FILE
    except ModuleNotFoundError:
        # A plain source tree on PYTHONPATH: the resources lie beside the package, not in it.
        return Path(__file__).parents[2] / "resources" / _FILE
