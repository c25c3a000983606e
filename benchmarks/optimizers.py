"""What an update of each rule costs beside torch.optim's step, and 65 536 runs at once beside one at a time.

A rule's update is all that a simulation does with a gradient: the rule with what stands around it, and the move. Its
twin makes one step with the same numbers as a single parameter. They take turns in blocks, and the medians of the
blocks are compared. Run with `make benchmark`.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from gdsim.formula import parse
from gdsim.optimizers import Hyper, Params, Situation, UpdateRule, rule_named, rules, total
from gdsim.optimizers.pipeline import apply
from gdsim.simulation.build import runner_of
from gdsim.simulation.files import load
from gdsim.simulation.runner import Runner

UPDATE_LIMIT, RUNS_LIMIT = 1.0, 1000
SIZES = (2, 423)  # a surface's parameters, the lecture's network
BLOCK, ROUNDS = 200, 31
SIDE, STEPS, SAMPLE = 256, 60, 20
FORMULA = parse("(2 - w1 - w2)**2 + (4 - 3*w1 - w2)**2")
START = {"w1": -8.0, "w2": 6.0}

Steps = Callable[[int], None]
"""Makes a number of steps."""


class Lion(torch.optim.Optimizer):
    """Chen et al. 2023, algorithm 2, written into the parameters as torch.optim's own rules are."""

    def __init__(self, params: list[Tensor], lr: float = 1e-4, betas: tuple[float, float] = (0.9, 0.99)) -> None:
        super().__init__(params, {"lr": lr, "betas": betas})

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:
        """Make one step."""
        del closure
        for group in self.param_groups:
            lr, (beta1, beta2) = group["lr"], group["betas"]
            for p in group["params"]:
                state = self.state[p]
                if not state:
                    state["m"] = torch.zeros_like(p)
                m, g = state["m"], p.grad
                p.add_(torch.lerp(g, m, beta1).sign_(), alpha=-lr)
                m.lerp_(g, 1 - beta2)


class SignSGD(torch.optim.Optimizer):
    """Bernstein et al. 2018, algorithm 1."""

    def __init__(self, params: list[Tensor], lr: float = 1e-3) -> None:
        super().__init__(params, {"lr": lr})

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:
        """Make one step."""
        del closure
        for group in self.param_groups:
            for p in group["params"]:
                p.add_(p.grad.sign(), alpha=-group["lr"])


TWINS: dict[str, Callable[[list[Tensor]], torch.optim.Optimizer]] = {
    "gd": lambda params: torch.optim.SGD(params, lr=0.01),
    "momentum": lambda params: torch.optim.SGD(params, lr=0.01, momentum=0.9),
    "momentum-pytorch": lambda params: torch.optim.SGD(params, lr=0.01, momentum=0.9),
    "nesterov": lambda params: torch.optim.SGD(params, lr=0.01, momentum=0.9, nesterov=True),
    "adagrad": torch.optim.Adagrad,
    "rmsprop": torch.optim.RMSprop,
    "adadelta": torch.optim.Adadelta,
    "adam": torch.optim.Adam,
    "adamw": torch.optim.AdamW,
    "nadam": torch.optim.NAdam,
    "radam": torch.optim.RAdam,
    "adamax": torch.optim.Adamax,
    "lion": Lion,
    "signsgd": SignSGD,
}
"""The same rule by others, with the same defaults."""


def defaults(rule: UpdateRule) -> Hyper:
    """Return a rule's hyper-parameters as a file that leaves them out has them."""
    return {h.name: h.default for h in rule.hyperparameters}


def our_steps(rule: UpdateRule, start: Tensor, gradient: Tensor) -> Steps:
    """Return updates of our rule, each followed by its move, as a simulation makes them."""
    flat, hyper, state = start.clone(), defaults(rule), rule.init({"all": start})

    def nowhere(params: Params) -> tuple[Tensor, Params]:
        raise RuntimeError(f"{rule.name} asks for the loss elsewhere")

    def steps(count: int) -> None:
        nonlocal state
        for step in range(count):
            here = Situation(step, {"all": flat}, nowhere, dict, dict)
            update = apply(rule, {"all": gradient}, state, hyper, here)
            flat.add_(total(update)["all"])
            state = update.state

    return steps


def their_steps(name: str, start: Tensor, gradient: Tensor) -> Steps:
    """Return steps of the twin."""
    parameter = start.clone().requires_grad_()
    parameter.grad = gradient
    optimizer = TWINS[name]([parameter])

    def steps(count: int) -> None:
        for _ in range(count):
            optimizer.step()

    return steps


def seconds(steps: Steps, count: int = BLOCK) -> float:
    """Return the time of one step."""
    begin = time.perf_counter()
    steps(count)
    return (time.perf_counter() - begin) / count


def compare_updates() -> bool:
    """Print what an update of every rule costs, and tell whether one is over its limit."""
    slow = []
    print("one update with its move, float64, medians:")
    print(f"  {'rule':17s}" + "".join(f"{f'{size} numbers':>14s}{'twin':>10s}{'ratio':>8s}" for size in SIZES))
    for name, rule in rules().items():
        line = f"  {name:17s}"
        for size in SIZES:
            start, gradient = torch.rand(2, size, dtype=torch.float64)
            pair = our_steps(rule, start, gradient), their_steps(name, start, gradient)
            for steps in pair:
                steps(BLOCK)
            rounds = [tuple(seconds(steps) for steps in pair) for _ in range(ROUNDS)]
            ours, theirs = (statistics.median(each) for each in zip(*rounds, strict=True))
            line += f"{ours * 1e6:11.1f} us{theirs * 1e6:7.1f} us{ours / theirs:8.2f}"
            if ours / theirs > UPDATE_LIMIT:
                slow.append(name)
        print(line)
    print(f"  at most {UPDATE_LIMIT}: " + (f"EXCEEDED by {', '.join(dict.fromkeys(slow))}" if slow else "kept"))
    return bool(slow)


def gradient_of(params: Params) -> Params:
    """Return the gradient of the lecture's surface, of each run where there are many."""
    leaves = {name: value.detach().requires_grad_() for name, value in params.items()}
    loss = FORMULA.torch(leaves).sum()
    return dict(zip(leaves, torch.autograd.grad(loss, list(leaves.values())), strict=True))


def run(rule: UpdateRule, params: Params, hyper: Hyper) -> Params:
    """Return where a run ends, or each of many runs."""
    state = rule.init(params)
    for _ in range(STEPS):
        update = rule.update(gradient_of(params), state, hyper)
        move = total(update)
        params = {name: value + move[name] for name, value in params.items()}
        state = update.state
    return params


def start_of(*shape: int) -> Params:
    """Return the start, for as many runs as the shape says."""
    return {name: torch.full(shape, value, dtype=torch.float64) for name, value in START.items()}


def runner_for(learning_rate: float, gamma: float) -> Runner:
    """Return gdsim's own run, which records every step."""
    chosen = {"optimizer": "momentum", "learning_rate": learning_rate, "gamma": gamma}
    settings = [f"run.{key}={value}" for key, value in chosen.items()]
    settings += [f"run.start.{name}={value}" for name, value in START.items()]
    return runner_of(load("lecture-surface", settings))


def end_of(made: Runner) -> Params:
    """Return where gdsim's own run ends."""
    for _ in range(STEPS):
        made.step()
    return {name: value.detach() for name, value in made.simulation.parameters.items()}


def timed(ends: Callable[[], Params]) -> tuple[float, Params]:
    """Return the time that a run takes, and where it ends."""
    begin = time.perf_counter()
    result = ends()
    return time.perf_counter() - begin, result


def compare_runs() -> bool:
    """Print what many runs at once take beside one at a time; tell whether a limit is missed or a run is another."""
    rule = rule_named("momentum")
    axes = torch.linspace(0.001, 0.16, SIDE, dtype=torch.float64), torch.linspace(0, 0.99, SIDE, dtype=torch.float64)
    rate, gamma = (part.reshape(-1) for part in torch.meshgrid(*axes, indexing="ij"))
    count = rate.numel()
    many = [timed(lambda: run(rule, start_of(count), {"learning_rate": rate, "gamma": gamma})) for _ in range(5)]
    at_once, ends = statistics.median(each for each, _ in many), many[0][1]
    loops, runners, different = [], [], 0
    for place in torch.linspace(0, count - 1, SAMPLE).long().tolist():
        hyper = {"learning_rate": rate[place].item(), "gamma": gamma[place].item()}
        one, end = timed(lambda hyper=hyper: run(rule, start_of(), hyper))
        made = runner_for(**hyper)
        other, recorded = timed(lambda made=made: end_of(made))
        loops.append(one)
        runners.append(other)
        here = {name: value[place] for name, value in ends.items()}
        different += not all(torch.equal(here[name], alone[name]) for alone in (end, recorded) for name in here)
    print(f"{count} runs of {STEPS} steps of momentum, each with its own learning rate and gamma:")
    print(f"  at once {at_once:.2f} s")
    for label, each in (("a plain loop", loops), ("gdsim's Runner", runners)):
        alone = statistics.median(each) * count
        print(f"  one at a time by {label} {alone:.0f} s (from {SAMPLE}): {alone / at_once:.0f} times as long")
    gain = statistics.median(loops) * count / at_once
    print(f"  at least {RUNS_LIMIT} times by the plain loop: {'kept' if gain >= RUNS_LIMIT else 'MISSED'}")
    print(f"  {SAMPLE - different} of {SAMPLE} single runs end where they do at once, bit for bit")
    return gain < RUNS_LIMIT or different > 0


def main() -> int:
    """Print the measurements; exit status 1 when one misses its limit."""
    torch.set_num_threads(1)  # small tensors: a pool of threads costs more than it gives
    torch.manual_seed(0)
    slow = compare_updates()
    missed = compare_runs()
    return int(slow or missed)


if __name__ == "__main__":
    raise SystemExit(main())
