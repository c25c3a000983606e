"""Random hyper-parameters."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator

from hypothesis import strategies as st

from gdsim.optimizers import Hyperparameter, UpdateRule


def numbers(h: Hyperparameter, least_share: float = 0.0) -> st.SearchStrategy[float]:
    """Return values of a hyper-parameter's slider; ``least_share`` is the least of what must be less than 1."""
    if h.scale in ("switch", "whole"):
        return st.integers(int(h.low), int(h.high)).map(float)
    return st.floats(max(h.low, least_share) if h.below == 1 else h.low, h.high)


def hypers(rule: UpdateRule) -> st.SearchStrategy[dict[str, float]]:
    """Return hyper-parameters of a rule, often 0 where that leaves something out."""
    off = {h.name for h in rule.hyperparameters if can_be_left_out(h)}
    return st.fixed_dictionaries(
        {h.name: st.just(0.0) | numbers(h) if h.name in off else numbers(h) for h in rule.hyperparameters}
    )


def can_be_left_out(h: Hyperparameter) -> bool:
    """Tell whether 0 may leave a part of the update out."""
    return h.above < 0 and h.below == math.inf


def variants(rule: UpdateRule) -> Iterator[dict[str, bool]]:
    """Yield every choice of which of a rule's own hyper-parameters are not 0, of those that may be."""
    names = [h.name for h in rule.hyperparameters if can_be_left_out(h) and not h.common]
    for choice in itertools.product([False, True], repeat=len(names)):
        yield dict(zip(names, choice, strict=True))
