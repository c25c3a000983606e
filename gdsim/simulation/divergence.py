"""Why a run stopped."""

from __future__ import annotations

from collections.abc import Mapping

from gdsim.i18n import tr
from gdsim.problems.quadratic import Quadratic


def divergence_sentence(step: int, hyper: Mapping[str, float], quadratic: Quadratic | None) -> str:
    """Say in one sentence at which step a run stopped, and why as far as it can be known.

    Parameters
    ----------
    step
        The step at which a number was no longer finite.
    hyper
        Hyper-parameters in force there.
    quadratic
        Analysis of the loss when it is quadratic and the theory `covers` the optimizer: it gives the largest stable
        learning rate.
    """
    if step == 0:
        return tr("The loss or its gradient is not finite at the start: choose another start.")
    learning_rate, gamma = hyper["learning_rate"], hyper.get("gamma", 0.0)
    limit = quadratic.largest_stable_learning_rate(gamma) if quadratic is not None else None
    if limit is not None and learning_rate >= limit:
        return tr(
            "The run diverged and stopped at step {step}: the learning rate {learning_rate} is above {limit}, "
            "the largest stable one here.",
            step=step,
            learning_rate=f"{learning_rate:g}",
            limit=f"{limit:.4g}",
        )
    if not 0 <= gamma < 1:
        return tr(
            "The run diverged and stopped at step {step}: gamma {gamma} is outside [0, 1).",
            step=step,
            gamma=f"{gamma:g}",
        )
    return tr(
        "The run diverged and stopped at step {step}: the loss or its gradient is no longer finite. "
        "A smaller learning rate may help.",
        step=step,
    )
