"""Steps a second of the lecture's network beside torch's bare loop, and what a step costs after a million.

Every contender trains the same network on the same data on one thread. They take turns in blocks of steps, and a low
quantile of the blocks' times is compared, since a machine's other work only ever adds time. A block is long enough
to hold whatever is done once in many steps. Run with `make benchmark`, or by itself with ``--help``.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import nn

from gdsim.simulation.build import runner_of
from gdsim.simulation.files import load
from gdsim.simulation.network_scenario import NetworkScenario
from gdsim.simulation.runner import Runner

STEP_LIMIT, AGE_LIMIT = 0.95, 1.1
CHECKPOINT_LIMIT_MIB = 256
BLOCK = 256
QUANTILE = 0.25
WARM_UP = 1024
YOUNG = 1000
MIB = 2**20

Steps = Callable[[int], None]
"""Makes a number of steps."""


class Lecture(nn.Module):
    """The lecture's network, as its notebook writes it."""

    def __init__(self) -> None:
        super().__init__()
        self.linear1 = nn.Linear(20, 13, bias=False)
        self.linear2 = nn.Linear(13, 8, bias=False)
        self.output = nn.Linear(8, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the logits."""
        x = torch.relu(self.linear1(x))
        x = torch.sigmoid(self.linear2(x))
        return self.output(x)


def lecture() -> tuple[Lecture, torch.Tensor, torch.Tensor]:
    """Return the network and its data, made as in the notebook."""
    torch.manual_seed(420)
    features = torch.rand(500, 20) * 100
    labels = torch.randint(0, 3, (500,), dtype=torch.float32).long()
    torch.manual_seed(420)
    return Lecture(), features, labels


def bare_loop() -> Steps:
    """Return torch's bare loop: nothing is recorded, the update is written by hand."""
    net, features, labels = lecture()
    criterion = nn.CrossEntropyLoss()
    parameters = list(net.parameters())
    velocities = [torch.zeros_like(p) for p in parameters]

    def steps(count: int) -> None:
        for _ in range(count):
            loss = criterion(net(features), labels)
            loss.backward()
            with torch.no_grad():
                for p, v in zip(parameters, velocities, strict=True):
                    v.mul_(0.9).sub_(p.grad, alpha=0.1)
                    p += v
                    p.grad = None

    return steps


def with_sgd() -> Steps:
    """Return the same loop with `torch.optim.SGD`."""
    net, features, labels = lecture()
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)

    def steps(count: int) -> None:
        for _ in range(count):
            optimizer.zero_grad()
            criterion(net(features), labels).backward()
            optimizer.step()

    return steps


def runner(batch_size: int | None = None) -> Runner:
    """Return the preset's run, with mini-batches where a size is given."""
    scenario = load("lecture-network", [] if batch_size is None else [f"problem.batch_size={batch_size}"])
    assert isinstance(scenario, NetworkScenario)
    return runner_of(scenario)


def steps_of(made: Runner) -> Steps:
    """Return the steps of a run, as the trainer makes them."""

    def steps(count: int) -> None:
        for _ in range(count):
            if not made.step():
                raise RuntimeError("the run has diverged")

    return steps


def seconds(steps: Steps, count: int = BLOCK) -> float:
    """Return the time of some steps."""
    start = time.perf_counter()
    steps(count)
    return time.perf_counter() - start


def compare_loops(count: int) -> bool:
    """Print steps a second of every loop, and tell whether ours is below its limit."""
    made = runner()
    loops = {"bare torch loop": bare_loop(), "with torch.optim.SGD": with_sgd(), "Runner.step": steps_of(made)}
    times: dict[str, list[float]] = {name: [] for name in loops}
    for steps in loops.values():
        steps(WARM_UP)
    for _ in range(max(8, count // BLOCK)):
        for name, steps in loops.items():
            times[name].append(seconds(steps))
    rates = {name: BLOCK / float(np.quantile(each, QUANTILE)) for name, each in times.items()}
    print(f"the lecture's network, full batch, {len(times['Runner.step']) * BLOCK} steps each:")
    for name, rate in rates.items():
        print(f"  {name:22s} {rate:6.0f} steps/s   {rate / rates['bare torch loop']:.3f} of the bare loop")
    columns = ", ".join(made.history.columns)
    print(f"  each step of Runner records {columns}")
    ratio = rates["Runner.step"] / rates["bare torch loop"]
    print(f"  Runner.step against the bare loop {ratio:.3f} (at least {STEP_LIMIT})")
    return ratio < STEP_LIMIT


def compare_ages(count: int) -> bool:
    """Print what a step costs after ``count`` steps and what is held there; tell whether a limit is exceeded."""
    before = resident()
    old = runner(32)
    steps_of(old)(WARM_UP)
    start = time.perf_counter()
    steps_of(old)(count - WARM_UP)
    print(f"mini-batches of 32, {count} steps in {time.perf_counter() - start:.0f} s:")
    after = resident()
    times: dict[str, list[float]] = {"young": [], "old": []}
    for _ in range(40):
        young = runner(32)
        steps_of(young)(YOUNG)
        times["young"].append(seconds(steps_of(young)))
        times["old"].append(seconds(steps_of(old)))
    young_us, old_us = (float(np.quantile(each, QUANTILE)) / BLOCK * 1e6 for each in times.values())
    ratio = old_us / young_us
    print(f"  a step after {YOUNG} steps {young_us:.1f} us, after {count} steps {old_us:.1f} us")
    print(f"  old against young {ratio:.3f} (at most {AGE_LIMIT})")
    start = time.perf_counter()
    old.seek(count // 2 + 1)
    print(f"  rewind by {count // 2} steps: {(time.perf_counter() - start) * 1000:.1f} ms")
    kept = held(old)
    print(f"  memory: resident {before:.0f} MiB before, {after:.0f} MiB after; of it " + ", ".join(
        f"{name} {size:.1f} MiB" for name, size in kept.items()
    ))  # fmt: skip
    print(f"  checkpoints {kept['checkpoints']:.1f} MiB (at most {CHECKPOINT_LIMIT_MIB})")
    return ratio > AGE_LIMIT or kept["checkpoints"] > CHECKPOINT_LIMIT_MIB


def held(made: Runner) -> dict[str, float]:
    """Return what a run holds, in MiB; each checkpoint is counted with 4 KiB beside its tensors' data."""
    record = made._record
    checkpoints = record.checkpoints._kept
    kept = [d for named in record.distributions.kinds.values() for each in named.values() for d in each]
    return {
        "rows": made.history._table.nbytes / MIB,
        "checkpoints": sum(c.nbytes + 4096 for c in checkpoints) / MIB,
        "distributions": sum(d.counts.nbytes for d in kept) / MIB,
    }


def resident() -> float:
    """Return the memory that the process holds, in MiB; nan where the system does not tell in this way."""
    status = Path("/proc/self/status")
    if not status.exists():
        return float("nan")
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024


def main() -> int:
    """Print the measurements; exit status 1 when one is over its limit."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--steps", type=int, default=10_240, help="steps of each loop")
    parser.add_argument("--long", type=int, default=1_000_000, help="steps of the long run; 0 leaves it out")
    arguments = parser.parse_args()
    torch.set_num_threads(1)  # small tensors: a pool of threads costs more than it gives
    slow = compare_loops(arguments.steps)
    aged = arguments.long > 0 and compare_ages(max(arguments.long, 10 * YOUNG))
    return int(slow or aged)


if __name__ == "__main__":
    raise SystemExit(main())
