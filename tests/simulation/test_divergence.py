"""Why a run stopped, in one sentence."""

from __future__ import annotations

import pytest

from gdsim.formula import parse
from gdsim.problems.quadratic import analyse
from gdsim.simulation.divergence import divergence_sentence

LECTURE = analyse(parse("(2 - w1 - w2)**2 + (4 - 3*w1 - w2)**2"))


@pytest.mark.parametrize(
    ("step", "hyper", "quadratic", "said"),
    [
        (0, {"learning_rate": 0.1}, LECTURE, "at the start: choose another start."),
        (9, {"learning_rate": 0.0858}, LECTURE, "at step 9: the learning rate 0.0858 is above 0.08579,"),
        (9, {"learning_rate": 0.1631, "gamma": 0.9}, LECTURE, "0.1631 is above 0.163, the largest stable one here."),
        (9, {"learning_rate": 0.01, "gamma": 1.5}, LECTURE, "gamma 1.5 is outside [0, 1)."),
        (9, {"learning_rate": 0.01}, None, "A smaller learning rate may help."),
    ],
)
def test_says_the_step_and_the_cause(step: int, hyper: dict[str, float], quadratic: object, said: str) -> None:
    sentence = divergence_sentence(step, hyper, quadratic)  # type: ignore[arg-type]
    assert said in sentence
    assert "\n" not in sentence
