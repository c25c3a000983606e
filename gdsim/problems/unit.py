"""What a network makes of a single sample, layer by layer, and how sure it is of each class."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gdsim.problems.network import LayerValues, Loss, NetworkProblem, walk


def sample_values(problem: NetworkProblem, parameters: Mapping[str, NDArray[Any]], sample: int) -> list[LayerValues]:
    """Return what each layer makes of the sample of this number; every array has one row."""
    return walk(problem.layers, parameters, problem.data.features[sample : sample + 1])


def class_shares(outputs: NDArray[np.float32], loss: Loss) -> NDArray[np.float32]:
    """Return how sure a network is of each class.

    Parameters
    ----------
    outputs
        Of the last layer, shape ``(samples, classes)``.
    loss
        ``'cross_entropy'``: they are logits, the shares are their softmax. ``'mse'``: they are to be 0 and 1, the
        shares are the outputs above 0 divided by their sum; all the same where none is above 0.

    Returns
    -------
    Shape ``(samples, classes)``, each row's sum 1, or nan where an output is not a number.
    """
    import torch

    if loss == "cross_entropy":
        return torch.from_numpy(outputs).softmax(1).numpy()
    positive = np.where(np.isfinite(outputs), np.maximum(outputs, 0), np.nan)
    total = positive.sum(1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        return np.where(total == 0, np.float32(1 / outputs.shape[1]), positive / total).astype(np.float32)
