"""What every rule has: gradient noise, clipping and weight decay, around the rule itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from gdsim.optimizers.base import (
    DECAY,
    Equation,
    Equations,
    Hyper,
    Params,
    Situation,
    State,
    Term,
    Update,
    UpdateRule,
    Used,
    times,
    total,
)

if TYPE_CHECKING:
    from torch import Tensor

USED = "g_used"
"""The gradient that the rule is given."""

STAGES = ("g_first", "g_second", "g_third")
"""What it is on its way there."""

NORM_OF = "norm_of_"

CLIP_EPS = 1e-6
"""What torch.nn.utils.clip_grad_norm_ adds to the norm."""


def changes_gradient(rule: UpdateRule, hyper: Hyper) -> bool:
    """Tell whether the rule is given anything but the gradient itself."""
    decays = rule.decay == "coupled" and hyper.get("weight_decay")
    return bool(hyper.get("noise") or hyper.get("clip_value") or hyper.get("clip_norm") or decays)


def gradient_used(rule: UpdateRule, gradient: Params, hyper: Hyper, params: Params, step: int) -> Used:
    """Return the gradient with noise, then clipped, then with coupled weight decay, in torch's order.

    Clipping is torch.nn.utils.clip_grad_value_ and clip_grad_norm_, weight decay that of torch.optim.SGD and Adam.

    Parameters
    ----------
    rule
        The update rule.
    gradient, params
        Gradient of the loss and the parameters, under the same names.
    hyper
        The hyper-parameters of which some are in `COMMON`: numbers.
    step
        Number of updates made before; with ``noise_seed`` it chooses the noise.
    """
    import torch

    noise, norm = None, None
    if spread := hyper.get("noise"):
        noise = noise_of(gradient, int(hyper["noise_seed"]), step)
        gradient = {name: g + times(spread, noise[name]) for name, g in gradient.items()}
    if most := hyper.get("clip_value"):
        gradient = {name: g.clip(-float(most), float(most)) for name, g in gradient.items()}
    if longest := hyper.get("clip_norm"):
        norm = torch.linalg.vector_norm(torch.cat([g.reshape(-1) for g in gradient.values()]))
        share = (longest / (norm + CLIP_EPS)).clamp(max=1.0)
        gradient = {name: g * share for name, g in gradient.items()}
    if rule.decay == "coupled" and (decay := hyper.get("weight_decay")):
        gradient = {name: g + times(decay, params[name]) for name, g in gradient.items()}
    return Used(noise, norm, gradient)


def gradient_equations(rule: UpdateRule, hyper: Hyper) -> Equations:
    """Return what `gradient_used` does as equations; none where the rule is given the gradient itself.

    Beside ``w``, ``g`` and the hyper-parameters they use ``xi``, the noise, and ``norm_of_`` with the name of what is
    clipped, the norm of the whole of it.
    The last result is called `USED`.
    """
    expressions = []
    if hyper.get("noise"):
        expressions.append("{g} + noise*xi")
    if hyper.get("clip_value"):
        expressions.append("max(-clip_value, min(clip_value, {g}))")
    if hyper.get("clip_norm"):
        expressions.append(f"{{g}}*min(1, clip_norm/({NORM_OF}{{g}} + {CLIP_EPS}))")
    if rule.decay == "coupled" and hyper.get("weight_decay"):
        expressions.append("{g} + weight_decay*w")
    names = ["g", *STAGES[: max(0, len(expressions) - 1)], USED]
    return tuple(Equation(names[i + 1], expression.format(g=names[i])) for i, expression in enumerate(expressions))


def noise_of(gradient: Params, seed: int, step: int) -> Params:
    """Return standard normal noise for one step, the same each time."""
    import torch

    generator = torch.Generator().manual_seed((seed * 0x9E3779B97F4A7C15 + step) % 2**63)
    return {
        name: torch.randn(g.shape, generator=generator, dtype=torch.float64).to(g.dtype) for name, g in gradient.items()
    }


def apply(rule: UpdateRule, gradient: Params, state: State, hyper: Hyper, here: Situation) -> Update:
    """Return the update that ``rule`` makes of a gradient, with what every rule has around it."""
    used = None
    if changes_gradient(rule, hyper):
        used = gradient_used(rule, gradient, hyper, here.params, here.step)
        gradient = used.gradient
        here = here._replace(evaluate=_evaluation(rule, hyper, here))
    if rule.update_at is not None:
        update = rule.update_at(gradient, state, hyper, here)
    else:
        update = rule.update(gradient, state, hyper)
    if rule.decay == "decoupled" and (decay := hyper.get("weight_decay")):
        rate = -hyper["learning_rate"] * decay
        pull = {name: times(rate, here.params[name]) for name in gradient}
        move = {name: value + pull[name] for name, value in total(update).items()}
        update = Update((*update.terms, Term(DECAY, "decay", pull)), update.state, move)
    return update if used is None else update._replace(used=used)


def _evaluation(rule: UpdateRule, hyper: Hyper, here: Situation) -> Callable[[Params], tuple[Tensor, Params]]:
    def evaluate(params: Params) -> tuple[Tensor, Params]:
        loss, gradient = here.evaluate(params)
        return loss, gradient_used(rule, gradient, hyper, params, here.step).gradient

    return evaluate
