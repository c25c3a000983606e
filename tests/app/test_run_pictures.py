"""Arrows and marks made from snapshots."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from gdsim.app.arrow import Arrow
from gdsim.app.labs.run_pictures import ARROW_SHARE, arrows, marks
from gdsim.formula import parse
from gdsim.optimizers import rule_named
from gdsim.problems.surface import SurfaceProblem
from gdsim.simulation.apart import apart
from gdsim.simulation.runner import Runner

DOMAIN = {"w1": (-10.0, 10.0), "w2": (-10.0, 10.0)}


def runner(rule: str = "momentum", changes: dict | None = None) -> Runner:
    problem = SurfaceProblem(parse("(2 - w1 - w2)**2 + (4 - 3*w1 - w2)**2"), {"w1": 0.0, "w2": 0.0})
    hyper = {h.name: h.default for h in rule_named(rule).hyperparameters}
    return Runner(problem, rule_named(rule), hyper, changes)


def drawn(run: Runner) -> list[Arrow]:
    snapshot = run.snapshot()
    return arrows(snapshot, apart(snapshot, run.rule, ("w1", "w2")), DOMAIN)


def test_at_the_start_there_is_the_gradient_only() -> None:
    (arrow,) = drawn(runner())
    assert arrow.tail == (0.0, 0.0)
    assert arrow.role == "gradient"
    # The negative of (-28, -12), its larger part as long as the share of the domain says.
    assert arrow.tip == pytest.approx((ARROW_SHARE * 20, ARROW_SHARE * 20 * 12 / 28))


@pytest.mark.parametrize(
    ("rule", "labels"),
    [("gd", ["−η·∇L"]), ("momentum", ["γ·v", "−η·∇L"]), ("momentum-pytorch", ["−η·γ·v", "−η·∇L"])],
)
def test_terms_lie_tip_to_tail_from_the_old_point_to_the_new(rule: str, labels: list[str]) -> None:
    run = runner(rule)
    run.step()
    run.step()
    snapshot = run.snapshot()
    *terms, gradient = drawn(run)
    assert [arrow.label.partition(" ")[0] for arrow in terms] == labels
    path = np.column_stack([snapshot.column(name) for name in ("w1", "w2")])
    for arrow in terms:
        numbers = arrow.label.partition(" ")[2].strip("()").replace("−", "-").split(", ")
        assert [float(n) for n in numbers] == pytest.approx(np.subtract(arrow.tip, arrow.tail), rel=5e-3)
    assert terms[0].tail == tuple(path[1])
    for before, after in pairwise(terms):
        assert before.tip == after.tail
    assert terms[-1].tip == pytest.approx(tuple(path[2]), abs=1e-15)
    assert gradient.tail == tuple(path[2])


def test_in_mid_update_the_old_terms_are_gone_and_the_gradient_waits_for_backward() -> None:
    run = runner()
    run.step()
    run.next_phase()
    assert drawn(run) == []
    run.next_phase()
    assert [arrow.role for arrow in drawn(run)] == ["gradient"]


def test_marks_tell_from_what_to_what_also_before_they_are_reached() -> None:
    changes = {3: {"learning_rate": 0.02}, 7: {"learning_rate": 0.03, "gamma": 0.5}}
    shown = marks(runner(changes=changes).snapshot())
    assert [mark.step for mark in shown] == [3, 7]
    assert shown[0].text == "learning_rate from 0.01 to 0.02 at step 3"
    assert shown[1].text.splitlines() == [
        "learning_rate from 0.02 to 0.03 at step 7",
        f"gamma from {rule_named('momentum').hyperparameters[1].default:g} to 0.5 at step 7",
    ]


def test_nothing_is_drawn_where_nothing_is_finite() -> None:
    run = Runner(SurfaceProblem(parse("log(x) + y"), {"x": -1.0, "y": 0.0}), rule_named("gd"), {"learning_rate": 0.1})
    assert run.diverged_at == 0
    assert np.isnan(run.snapshot().now.loss)
    shown = apart(run.snapshot(), run.rule, ("x", "y"))
    assert arrows(run.snapshot(), shown, {"x": (-2.0, 2.0), "y": (-2.0, 2.0)}) == []
