"""A graph of 200 nodes: parsed, laid out and drawn, beside what torch takes to walk the same program.

Each round takes another program, so that nothing is drawn from what an earlier one left behind. The first program of
all, for which matplotlib and its fonts are loaded, is told apart. Run with `make benchmark`.
"""

from __future__ import annotations

import random
import statistics
import time

import torch
from PySide6.QtWidgets import QApplication

from gdsim.app import theme
from gdsim.app.widgets.graph_view import GraphView
from gdsim.formula.program import parse_program
from gdsim.problems.graph import build_graph
from gdsim.simulation.torch_code import torch_code
from gdsim.simulation.walk import Walk

NODES, ROUNDS = 200, 7
LIMIT_S = 0.5
SIZE = (1000, 360)
KINDS = ("{a}*{b}", "{a} + {b}", "sigmoid({a})", "tanh({a})", "{a} - 0.5*{b}", "sin({a})")


def program(seed: int, nodes: int = NODES) -> str:
    """Return a program whose graph has ``nodes`` nodes, two leaves among them."""
    chance = random.Random(seed)
    names = ["x", "y"]
    lines = []
    count = 2
    while count < nodes:
        kind = chance.choice(KINDS) if count < nodes - 1 else "{a} + {b}"
        count += 2 if "0.5" in kind else 1
        name = f"n{len(lines)}"
        # Near the end of what there is, or the graph would be as high as it is wide.
        a, b = chance.choice(names[-6:]), chance.choice(names[-12:])
        lines.append(f"{name} = " + kind.format(a=a, b=b))
        names.append(name)
    return "\n".join(lines)


def seconds_to_draw(text: str) -> tuple[float, Walk]:
    """Return what it takes from the program's text to the graph painted after its backward pass."""
    begin = time.perf_counter()
    walk = Walk(build_graph(parse_program(text), {"x": True, "y": True}), {"x": 0.7, "y": -0.4})
    view = GraphView()
    view.resize(*SIZE)
    view.set_theme(theme.current())
    view.set_walk(walk, walk.state(len(walk.steps)))
    view.fit()
    view.show()
    view.grab()
    taken = time.perf_counter() - begin
    view.close()
    view.deleteLater()
    QApplication.processEvents()
    return taken, walk


def seconds_of_torch(walk: Walk) -> float:
    """Return what torch takes for the same program, forward and backward."""
    source = compile(torch_code(walk).split("print(")[0], "program", "exec")
    exec(source, {})
    begin = time.perf_counter()
    exec(source, {})
    return time.perf_counter() - begin


def main() -> int:
    """Measure, print, and say whether the limit holds."""
    app = QApplication([])
    app.setStyle("Fusion")
    torch.set_num_threads(1)
    drawn, walked = [], []
    for seed in range(ROUNDS):
        taken, walk = seconds_to_draw(program(seed))
        drawn.append(taken)
        walked.append(seconds_of_torch(walk))
    first, later, torch_s = drawn[0], statistics.median(drawn[1:]), statistics.median(walked[1:])
    good = max(first, later) < LIMIT_S
    print(f"{NODES} nodes parsed, laid out and drawn: {later * 1000:.0f} ms, the first time {first * 1000:.0f} ms")
    print(f"torch, forward and backward of the same program: {torch_s * 1000:.2f} ms")
    print(f"limit {LIMIT_S * 1000:.0f} ms: {'kept' if good else 'EXCEEDED'}; {later / torch_s:.0f} times torch")
    return 0 if good else 1


if __name__ == "__main__":
    raise SystemExit(main())
