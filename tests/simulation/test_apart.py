"""An update taken apart: what is shown of each part, and what is said of it."""

from __future__ import annotations

import numpy as np
import pytest

from gdsim.optimizers import rules
from gdsim.optimizers.parts import parts_of
from gdsim.simulation.apart import Apart, apart
from gdsim.simulation.race import Race
from tests.simulation.test_race import race_of, scenario

NAMES = ("w1", "w2")


def shown(race: Race) -> Apart:
    return apart(race.snapshot(), race.runners[0].rule, NAMES)


def parts(optimizer: str, steps: int = 1, **hyper: float) -> list[Apart]:
    """Return what is shown after `steps` updates, part by part of the next one."""
    race = race_of(scenario({"optimizer": optimizer, "learning_rate": 0.01} | hyper))
    for _ in range(steps):
        race.step()
    race.next_phase()
    race.next_phase()
    result = []
    for _ in parts_of(race.runners[0].rule, race.runners[0].hyper_at(steps)):
        race.next_phase()
        result.append(shown(race))
    return result


def test_momentum_is_laid_tip_to_tail() -> None:
    """After the first step v = -0.01*g(start); g is (-140, -52) there, worked out by hand."""
    velocity, push, move = parts("momentum", gamma=0.9)
    gradient = np.array([20 * -8 + 8 * 6 - 28, 8 * -8 + 4 * 6 - 12])
    v = -0.01 * gradient
    w = np.array([-8.0, 6.0]) + v
    second = np.array([20 * w[0] + 8 * w[1] - 28, 8 * w[0] + 4 * w[1] - 12])
    (kept,) = velocity.terms
    assert kept.value == pytest.approx(0.9 * v)
    assert [term.name for term in push.terms] == ["gamma*v", "-lr*g"]
    assert push.terms[1].value == pytest.approx(-0.01 * second)
    assert move.move is not None
    assert move.move.value == pytest.approx(0.9 * v - 0.01 * second)
    assert velocity.move is None and push.move is None
    assert move.origin == pytest.approx(tuple(w))


def test_adam_shows_moments_squares_and_the_move() -> None:
    first, second, correction, move = parts("adam", steps=0)
    gradient = np.array([-140.0, -52.0])
    assert first.vectors[0].value == pytest.approx(0.1 * gradient)
    assert second.numbers[0].values == pytest.approx(0.001 * gradient**2)
    assert correction.vectors[0].value == pytest.approx(gradient)
    assert correction.numbers[0].values == pytest.approx(gradient**2)
    assert move.move is not None
    assert move.move.value == pytest.approx((0.01, 0.01), rel=1e-6), "the first step is lr long in each direction"
    assert move.numbers == correction.numbers, "the squares stand while the move is divided by their sides"


def test_captions_say_what_the_velocity_and_the_gradient_do() -> None:
    race = race_of(scenario({"optimizer": "momentum", "learning_rate": 0.01}))
    assert "Right" in shown(race).caption
    race.next_phase()
    assert "500" in shown(race).caption, "the loss at the start"
    race.next_phase()
    assert "149.3" in shown(race).caption, "the gradient's length there: sqrt(140**2 + 52**2)"
    race.step()
    assert "first step" in shown(race).caption
    race.step()
    assert "grows from 1.49" in shown(race).caption
    words = set()
    for _ in range(60):
        race.step()
        words.add(shown(race).caption.partition(":")[0].partition(",")[0])
    assert {"Same direction as before", "Opposite direction"} < words


@pytest.mark.parametrize("optimizer", list(rules()))
def test_every_part_of_every_rule_can_be_shown(optimizer: str) -> None:
    seen = parts(optimizer, steps=2)
    assert all(each.caption for each in seen)
    last = seen[-1]
    assert last.move is not None
    total = np.sum([term.value for term in last.terms], axis=0)
    assert last.terms
    assert last.move.value == pytest.approx(tuple(total), rel=1e-12, abs=1e-15), "all terms are laid by then"


def test_weight_decay_apart_from_the_gradient_has_a_part_of_its_own() -> None:
    seen = parts("adamw", weight_decay=0.5)
    assert any("-lr*lambda*w" in [term.name for term in each.terms] for each in seen)
    (decay,) = [term for term in seen[-1].terms if term.role == "decay"]
    assert decay.value == pytest.approx(tuple(-0.01 * 0.5 * np.array(seen[-1].origin)))
