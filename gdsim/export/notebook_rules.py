"""The update rules as plain functions for documents, each with the operations of the rule in the rule's own order.

Every function is given the parameters ``w`` and their gradient, each in one tensor, what it remembers in ``state``
(with ``t``, the number of the update), and hyper-parameters by name; it returns the new parameters.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass

from gdsim.errors import InputError
from gdsim.i18n import tr


@dataclass(frozen=True)
class RuleCode:
    """A rule as a function.

    Attributes
    ----------
    name
        The function's name.
    memory
        What begins as zeros in its ``state``.
    source
        The function.
    """

    name: str
    memory: tuple[str, ...]
    source: str


_MOMENTS = ("first_moment", "second_moment")

_ADAM = """
def {name}(w, gradient, state, learning_rate, beta1, beta2, eps, amsgrad{more}):
    t = state["t"]
    old, new = beta1 * state["first_moment"], (1 - beta1) * gradient
    state["first_moment"] = old + new
    state["second_moment"] = size = beta2 * state["second_moment"] + (1 - beta2) * gradient**2
    if amsgrad:
        state["largest_moment"] = size = state["largest_moment"].maximum(size)
    scale = (learning_rate / (1 - beta1**t)) / ((size / (1 - beta2**t)).sqrt() + eps)
    return w - {move}
"""

CODES = {
    "gd": RuleCode("gradient_descent", (), '''
def gradient_descent(w, gradient, state, learning_rate):
    return w - learning_rate * gradient
'''),
    "momentum": RuleCode("momentum", ("velocity",), '''
def momentum(w, gradient, state, learning_rate, gamma):
    state["velocity"] = gamma * state["velocity"] - learning_rate * gradient
    return w + state["velocity"]
'''),
    "momentum-pytorch": RuleCode("momentum_pytorch", ("velocity",), '''
def momentum_pytorch(w, gradient, state, learning_rate, gamma):
    kept = gamma * state["velocity"]
    state["velocity"] = kept + gradient
    return w - (learning_rate * kept + learning_rate * gradient)
'''),
    "nesterov": RuleCode("nesterov", ("velocity",), '''
def nesterov(w, gradient, state, learning_rate, gamma):
    state["velocity"] = gamma * state["velocity"] + gradient
    ahead = learning_rate * gamma * state["velocity"]
    return w - (ahead + learning_rate * gradient)
'''),
    "adagrad": RuleCode("adagrad", ("square_sum",), '''
def adagrad(w, gradient, state, learning_rate, lr_decay, eps, initial_accumulator):
    t = state["t"]
    if t == 1:
        state["square_sum"] = state["square_sum"] + initial_accumulator
    state["square_sum"] = state["square_sum"] + gradient**2
    rate = learning_rate / (1 + (t - 1) * lr_decay)
    return w - rate * gradient / (state["square_sum"].sqrt() + eps)
'''),
    "rmsprop": RuleCode("rmsprop", ("second_moment", "mean_gradient", "velocity"), '''
def rmsprop(w, gradient, state, learning_rate, alpha, eps, gamma, centered):
    state["second_moment"] = size = alpha * state["second_moment"] + (1 - alpha) * gradient**2
    if centered:
        state["mean_gradient"] = mean = alpha * state["mean_gradient"] + (1 - alpha) * gradient
        size = size - mean**2
    scaled = gradient / (size.sqrt() + eps)
    if not gamma:
        return w - learning_rate * scaled
    kept = gamma * state["velocity"]
    state["velocity"] = kept + scaled
    return w - (learning_rate * kept + learning_rate * scaled)
'''),
    "adadelta": RuleCode("adadelta", ("second_moment", "move_moment"), '''
def adadelta(w, gradient, state, learning_rate, rho, eps):
    state["second_moment"] = size = rho * state["second_moment"] + (1 - rho) * gradient**2
    delta = (state["move_moment"] + eps).sqrt() / (size + eps).sqrt() * gradient
    state["move_moment"] = rho * state["move_moment"] + (1 - rho) * delta**2
    return w - learning_rate * delta
'''),
    "adam": RuleCode("adam", (*_MOMENTS, "largest_moment"), _ADAM.format(
        name="adam", more="", move="(scale * old + scale * new)"
    )),
    "adamw": RuleCode("adamw", (*_MOMENTS, "largest_moment"), _ADAM.format(
        name="adamw", more=", weight_decay",
        move="((scale * old + scale * new) + learning_rate * weight_decay * w)",
    )),
    "nadam": RuleCode("nadam", _MOMENTS, '''
def nadam(w, gradient, state, learning_rate, beta1, beta2, eps, momentum_decay):
    t = state["t"]
    mu = beta1 * (1 - 0.5 * 0.96 ** (t * momentum_decay))
    mu_ahead = beta1 * (1 - 0.5 * 0.96 ** ((t + 1) * momentum_decay))
    # The product of all mu so far, in single precision as torch.optim.NAdam keeps it.
    state["mu_product"] = state.get("mu_product", torch.ones(())) * mu
    product = state["mu_product"].item()
    state["first_moment"] = m = beta1 * state["first_moment"] + (1 - beta1) * gradient
    state["second_moment"] = v = beta2 * state["second_moment"] + (1 - beta2) * gradient**2
    divisor = (v / (1 - beta2**t)).sqrt() + eps
    ahead = (learning_rate * mu_ahead / (1 - product * mu_ahead)) * m / divisor
    push = (learning_rate * (1 - mu) / (1 - product)) * gradient / divisor
    return w - (ahead + push)
'''),
    "radam": RuleCode("radam", _MOMENTS, '''
def radam(w, gradient, state, learning_rate, beta1, beta2, eps):
    t = state["t"]
    old, new = beta1 * state["first_moment"], (1 - beta1) * gradient
    state["first_moment"] = old + new
    state["second_moment"] = beta2 * state["second_moment"] + (1 - beta2) * gradient**2
    scale = learning_rate / (1 - beta1**t)
    limit = 2 / (1 - beta2) - 1
    length = limit - 2 * t * beta2**t / (1 - beta2**t)
    if length > 5:
        r = ((length - 4) * (length - 2) * limit / ((limit - 4) * (limit - 2) * length)) ** 0.5
        divisor = state["second_moment"].sqrt() + eps
        scale = scale * r * (1 - beta2**t) ** 0.5 * divisor.reciprocal()
    return w - (scale * old + scale * new)
'''),
    "adamax": RuleCode("adamax", ("first_moment", "infinity_norm"), '''
def adamax(w, gradient, state, learning_rate, beta1, beta2, eps):
    t = state["t"]
    old, new = beta1 * state["first_moment"], (1 - beta1) * gradient
    state["first_moment"] = old + new
    state["infinity_norm"] = (beta2 * state["infinity_norm"]).maximum(gradient.abs() + eps)
    scale = (learning_rate / (1 - beta1**t)) * state["infinity_norm"].reciprocal()
    return w - (scale * old + scale * new)
'''),
    "lion": RuleCode("lion", ("first_moment",), '''
def lion(w, gradient, state, learning_rate, beta1, beta2, weight_decay):
    direction = beta1 * state["first_moment"] + (1 - beta1) * gradient
    state["first_moment"] = beta2 * state["first_moment"] + (1 - beta2) * gradient
    return w - (learning_rate * direction.sign() + learning_rate * weight_decay * w)
'''),
    "signsgd": RuleCode("signsgd", (), '''
def signsgd(w, gradient, state, learning_rate):
    return w - learning_rate * gradient.sign()
'''),
}  # fmt: skip


def code_of(name: str, with_others: bool) -> RuleCode:
    """Return the function of the rule called ``name``; ``with_others`` it lets pass what it has no use for.

    Raises
    ------
    InputError
        If there is none.
    """
    found = CODES.get(name)
    if found is None:
        raise InputError(
            tr(
                "The optimizer {name} cannot be written out as a document; those that can are {known}.",
                name=repr(name),
                known=", ".join(CODES),
            )
        )
    if not with_others:
        return found
    return RuleCode(found.name, found.memory, found.source.replace("):", ", **others):", 1))


SCHEDULES = {
    "step": ("step_decay", '''
def step_decay(step, every, factor):
    return factor ** (step // every)
'''),
    "exponential": ("exponential", '''
def exponential(step, factor):
    return factor**step
'''),
    "cosine": ("cosine", '''
def cosine(step, steps, low):
    share = (1 + math.cos(math.pi * (min(step, steps) / steps))) / 2
    return low * (1 - share) + share
'''),
    "warm-up": ("warm_up", '''
def warm_up(step, steps, low):
    share = min(step, steps) / steps
    return low * (1 - share) + share
'''),
    "one-cycle": ("one_cycle", '''
def one_cycle(step, steps, rise, start, low):
    last, peak = steps - 1, rise * steps - 1
    step = min(step, last)
    if step > peak:
        share = (1 + math.cos(math.pi * ((step - peak) / (last - peak)))) / 2
        return low * (1 - share) + share
    share = (1 + math.cos(math.pi * (step / peak if peak else 1))) / 2
    return (1 - share) + start * share
'''),
    "cyclical": ("cyclical", '''
def cyclical(step, steps, low):
    share = abs(2 * (step % steps) / steps - 1)
    return (1 - share) + low * share
'''),
}  # fmt: skip
"""Name and source of the function that makes each kind of schedule: the factor of the learning rate at a step."""


def guarded(schedule: str) -> str:
    """Return a schedule that grows, as a function that ends at the largest number there is."""
    head, _, power = schedule.rpartition("    return ")
    lines = ("try:", f"    return {power.strip()}", "except OverflowError:", f"    return {sys.float_info.max!r}")
    return head + "".join(f"    {line}\n" for line in lines)
