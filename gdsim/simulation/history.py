"""What a run leaves behind: numbers of every step, and checkpoints to go back to."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gdsim.optimizers import Params, State

if TYPE_CHECKING:
    from torch import Tensor


class History:
    """An append-only table: row ``k`` describes the state after ``k`` updates.

    Views handed out stay valid and unchanged while rows are appended or cut off, so another thread may
    read them.

    Parameters
    ----------
    columns
        Names of the columns.
    """

    def __init__(self, columns: Sequence[str]) -> None:
        self.columns = tuple(columns)
        # Column by column in memory, because that is how charts read it.
        self._table = np.empty((256, len(self.columns)), order="F")
        self._rows = 0

    def __len__(self) -> int:
        return self._rows

    def append(self, *rows: Sequence[float]) -> None:
        """Add the numbers of the next step or steps, one a column."""
        self.extend(np.array(rows, np.float64).reshape(len(rows), len(self.columns)))

    def extend(self, rows: NDArray[np.float64]) -> None:
        """Add the rows of the next steps, shape ``(steps, columns)``."""
        end = self._rows + len(rows)
        if end > len(self._table):
            grown = np.empty((max(2 * self._rows, end), len(self.columns)), order="F")
            grown[: self._rows] = self._table[: self._rows]
            self._table = grown
        self._table[self._rows : end] = rows
        self._rows = end

    def cut(self, rows: int) -> None:
        """Keep the first ``rows`` rows only."""
        if rows < self._rows:
            self._table = self._table.copy(order="F")  # readers keep the rows they were handed
            self._rows = rows

    def table(self) -> NDArray[np.float64]:
        """Return all rows, shape ``(rows, columns)``, as a view."""
        return self._table[: self._rows]

    def column(self, name: str) -> NDArray[np.float64]:
        """Return one column, shape ``(rows,)``, as a view."""
        return self.table()[:, self.columns.index(name)]


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """All that is needed to go on from a step, bit for bit."""

    step: int
    parameters: Params
    state: State
    gradient: Tensor | None = None
    backward_count: int = 0
    gradient_step: int = 0

    @property
    def nbytes(self) -> int:
        """Memory held by the tensors, in bytes."""
        tensors = [*self.parameters.values(), *(v for part in self.state.values() for v in part.values())]
        if self.gradient is not None:
            tensors.append(self.gradient)
        return sum(t.element_size() * t.nelement() for t in tensors)


class Checkpoints:
    """Checkpoints within a memory budget, thinned evenly as the run grows.

    Parameters
    ----------
    budget
        Bytes that the tensors may hold together; the first checkpoint is always kept.
    overhead
        Bytes counted for each checkpoint beside its tensors' data.
    stride
        Steps between checkpoints at first; a rewind replays fewer than that.
    """

    def __init__(self, budget: int = 256 * 2**20, overhead: int = 4096, stride: int = 16) -> None:
        self._budget = budget
        self._overhead = overhead
        self._kept: list[Checkpoint] = []
        self._stride = stride

    def due(self, step: int) -> bool:
        """Tell whether a checkpoint of ``step`` would be kept."""
        return step % self._stride == 0 and (not self._kept or step > self._kept[-1].step)

    def add(self, checkpoint: Checkpoint) -> None:
        """Keep ``checkpoint``; drop every other one when the budget is spent."""
        self._kept.append(checkpoint)
        while len(self._kept) > 1 and len(self._kept) * (checkpoint.nbytes + self._overhead) > self._budget:
            self._stride *= 2
            self._kept = [c for c in self._kept if c.step % self._stride == 0]

    def nearest(self, step: int) -> Checkpoint:
        """Return the last checkpoint at or before ``step``."""
        return self._kept[bisect_right([c.step for c in self._kept], step) - 1]

    def cut(self, last: int) -> None:
        """Forget the checkpoints after step ``last``."""
        self._kept = [c for c in self._kept if c.step <= last]
