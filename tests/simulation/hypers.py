"""Hyper-parameters without those that every rule has."""

from __future__ import annotations

from collections.abc import Mapping

COMMON = {"weight_decay": 0.0, "clip_value": 0.0, "clip_norm": 0.0, "noise": 0.0, "noise_seed": 0.0}


def own(hyper: Mapping[str, float]) -> dict[str, float]:
    """Return what is left of ``hyper``; what every rule has must be there, and do nothing."""
    assert {name: hyper[name] for name in COMMON} == COMMON
    return {name: value for name, value in hyper.items() if name not in COMMON}
