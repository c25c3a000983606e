"""Every rule as others wrote it: torch.optim's, and what torch has not, from its paper's formulas."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import torch
from torch import Tensor

from gdsim.optimizers import Params, Situation, State, UpdateRule, rule_named, total
from gdsim.optimizers.pipeline import apply

torch.set_num_threads(1)  # small tensors: a pool of threads costs more than it gives

Hyper = dict[str, float]
GradientAt = Callable[[Params], Params]


class PlainOptimizer(torch.optim.Optimizer):
    """An optimizer by the formulas of a paper; ``moved`` says where a parameter moves."""

    def __init__(self, params: list[Tensor], **defaults: float) -> None:
        super().__init__(params, dict(defaults))

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:  # type: ignore[override]
        del closure
        for group in self.param_groups:
            for p in group["params"]:
                p.copy_(self.moved(p, p.grad, self.state[p], **{k: v for k, v in group.items() if k != "params"}))

    def moved(self, w: Tensor, g: Tensor, memory: dict[str, Tensor], **hyper: float) -> Tensor:
        raise NotImplementedError


class Lion(PlainOptimizer):
    """Chen et al. 2023, algorithm 2."""

    def moved(self, w: Tensor, g: Tensor, memory: dict[str, Tensor], **hyper: float) -> Tensor:
        lr, b1, b2, decay = (hyper[name] for name in ("lr", "beta1", "beta2", "weight_decay"))
        m = memory.get("m", torch.zeros_like(w))
        c = b1 * m + (1 - b1) * g
        memory["m"] = b2 * m + (1 - b2) * g
        return w - lr * (torch.sign(c) + decay * w)


class SignSGD(PlainOptimizer):
    """Bernstein et al. 2018, algorithm 1; weight decay as that of torch.optim.SGD."""

    def moved(self, w: Tensor, g: Tensor, memory: dict[str, Tensor], **hyper: float) -> Tensor:
        del memory
        return w - hyper["lr"] * torch.sign(g + hyper["weight_decay"] * w)


def _of(kind: Callable[..., torch.optim.Optimizer], *names: str, **fixed: Any) -> Optimizer:
    """Return what makes an optimizer of ``kind``; ``names`` are hyper-parameters under our own and torch's name."""
    pairs = [("learning_rate", "lr"), ("weight_decay", "weight_decay")]
    pairs += [(ours, theirs or ours) for ours, _, theirs in (name.partition(":") for name in names)]

    def make(params: list[Tensor], hyper: Mapping[str, float]) -> torch.optim.Optimizer:
        given: dict[str, Any] = {theirs: hyper[ours] for ours, theirs in pairs}
        for switch in ("amsgrad", "centered"):
            if switch in given:
                given[switch] = bool(given[switch])
        if "beta1" in given and not issubclass(kind, PlainOptimizer):  # type: ignore[arg-type]
            given["betas"] = given.pop("beta1"), given.pop("beta2")
        return kind(params, **given, **fixed)

    return make


Optimizer = Callable[[list[Tensor], Mapping[str, float]], torch.optim.Optimizer]

TWINS: dict[str, Optimizer] = {
    "gd": _of(torch.optim.SGD),
    "momentum": _of(torch.optim.SGD, "gamma:momentum"),
    "momentum-pytorch": _of(torch.optim.SGD, "gamma:momentum"),
    "nesterov": _of(torch.optim.SGD, "gamma:momentum", nesterov=True),
    "adagrad": _of(torch.optim.Adagrad, "lr_decay", "initial_accumulator:initial_accumulator_value", "eps"),
    "rmsprop": _of(torch.optim.RMSprop, "alpha", "eps", "gamma:momentum", "centered"),
    "adadelta": _of(torch.optim.Adadelta, "rho", "eps"),
    "adam": _of(torch.optim.Adam, "beta1", "beta2", "eps", "amsgrad"),
    "adamw": _of(torch.optim.AdamW, "beta1", "beta2", "eps", "amsgrad"),
    "nadam": _of(torch.optim.NAdam, "beta1", "beta2", "eps", "momentum_decay"),
    "radam": _of(torch.optim.RAdam, "beta1", "beta2", "eps"),
    "adamax": _of(torch.optim.Adamax, "beta1", "beta2", "eps"),
    "lion": _of(Lion, "beta1", "beta2"),
    "signsgd": _of(SignSGD),
}
"""The same rule by others; `momentum` agrees with its twin while the learning rate is constant."""


def defaults(rule: UpdateRule) -> Hyper:
    """Return a rule's hyper-parameters as a file that leaves them out has them."""
    return {h.name: h.default for h in rule.hyperparameters}


def scalars(*values: float) -> Params:
    """Return parameters w1, w2, .. in double precision."""
    return {f"w{i}": torch.tensor(value, dtype=torch.float64) for i, value in enumerate(values, 1)}


def updated(
    rule: UpdateRule, params: Params, gradient: Params, state: State, hyper: Mapping[str, float | Tensor], step: int = 0
) -> tuple[Params, State]:
    """Return parameters and state after one update."""
    update = apply(rule, gradient, state, hyper, situation(params, step))
    move = total(update)
    return {name: p + move[name] for name, p in params.items()}, update.state


def flat(params: Params) -> Tensor:
    """Return all numbers in one row, a copy."""
    return torch.cat([p.reshape(-1) for p in params.values()])


def situation(params: Params, step: int = 0) -> Situation:
    """Return where an update is made, for rules that ask for no other point."""

    def nowhere(params: Params) -> tuple[Tensor, Params]:
        raise AssertionError("asks for the loss elsewhere")

    return Situation(step, params, nowhere, lambda flat: flat, lambda split: split)


def side_by_side(
    name: str, hyper: Hyper, start: Params, gradient_at: GradientAt, steps: int, rates: Mapping[int, float]
) -> tuple[Tensor, Tensor]:
    """Return where our rule is after each step, and where its twin is, each on its own way: a row a step.

    ``rates`` is the learning rate from some steps on.
    """
    ours, theirs = zip(*_paces(name, hyper, start, gradient_at, steps, rates), strict=True)
    return torch.stack(ours), torch.stack(theirs)


def _paces(
    name: str, hyper: Hyper, start: Params, gradient_at: GradientAt, steps: int, rates: Mapping[int, float]
) -> Iterator[tuple[Tensor, Tensor]]:
    rule, hyper = rule_named(name), dict(hyper)
    ours, state = start, rule.init(start)
    theirs = {key: p.clone().requires_grad_() for key, p in start.items()}
    optimizer = TWINS[name](list(theirs.values()), hyper)
    for step in range(steps):
        if step in rates:
            hyper["learning_rate"] = optimizer.param_groups[0]["lr"] = rates[step]
        ours, state = updated(rule, ours, gradient_at(ours), state, hyper, step)
        there = {key: p.detach() for key, p in theirs.items()}
        for key, g in gradient_at(there).items():
            theirs[key].grad = g
        if most := hyper["clip_value"]:
            torch.nn.utils.clip_grad_value_(theirs.values(), most)
        if longest := hyper["clip_norm"]:
            torch.nn.utils.clip_grad_norm_(theirs.values(), longest)
        optimizer.step()
        yield flat(ours), flat(there)
