"""Learning-rate schedules against those of torch.optim.lr_scheduler, in files, and what is refused."""

from __future__ import annotations

import math
import tomllib
import warnings
from collections.abc import Callable
from typing import Any

import pytest
import tomli_w
import torch
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from torch.optim import SGD, lr_scheduler

from gdsim.simulation.rates import KINDS, RateKind, RateSchedule
from gdsim.simulation.spec_model import MOST_STEPS

RATE = 0.3

Make = Callable[[SGD], Any]


def torch_rates(make: Make, steps: int) -> list[float]:
    """Return the learning rates of torch's scheduler for ``steps`` updates."""
    optimizer = SGD([torch.zeros(1, requires_grad=True)], lr=RATE)
    scheduler = make(optimizer)
    rates = []
    for _ in range(steps):
        rates.append(float(optimizer.param_groups[0]["lr"]))
        optimizer.step()
        with warnings.catch_warnings():
            # A deprecation inside torch's own chained schedulers is none of ours.
            warnings.simplefilter("ignore")
            scheduler.step()
    return rates


def ours(schedule: RateSchedule, steps: int) -> list[float]:
    return [RATE * schedule.factor(step) for step in range(steps)]


def close(rates: list[float]) -> Any:
    return pytest.approx(rates, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize(("every", "factor"), [(1, 0.5), (7, 0.1), (20, 0.9), (30, 1.1), (1000, 0.1)])
def test_step_is_torchs(every: int, factor: float) -> None:
    schedule = RateSchedule.of("step", every=every, factor=factor)
    assert ours(schedule, 100) == close(torch_rates(lambda o: lr_scheduler.StepLR(o, every, factor), 100))


@pytest.mark.parametrize("factor", [0.01, 0.95, 1.0, 1.05])
def test_exponential_is_torchs(factor: float) -> None:
    schedule = RateSchedule.of("exponential", factor=factor)
    assert ours(schedule, 100) == close(torch_rates(lambda o: lr_scheduler.ExponentialLR(o, factor), 100))


@pytest.mark.parametrize(("steps", "low"), [(1, 0.0), (2, 0.5), (40, 0.0), (77, 0.2), (60, 1.0)])
def test_cosine_is_torchs_and_then_stays(steps: int, low: float) -> None:
    schedule = RateSchedule.of("cosine", steps=steps, low=low)
    expected = torch_rates(lambda o: lr_scheduler.CosineAnnealingLR(o, steps, low * RATE), steps + 1)
    # torch's rises again.
    assert ours(schedule, steps + 50) == close(expected + [low * RATE] * 49)


@pytest.mark.parametrize(("steps", "low"), [(1, 0.5), (5, 1 / 3), (33, 0.01), (40, 1.0)])
def test_warm_up_is_torchs(steps: int, low: float) -> None:
    schedule = RateSchedule.of("warm-up", steps=steps, low=low)
    expected = torch_rates(lambda o: lr_scheduler.LinearLR(o, low, 1.0, steps), steps + 50)
    assert ours(schedule, steps + 50) == close(expected)


@pytest.mark.parametrize(
    ("steps", "rise", "start", "low"),
    [(10, 0.3, 1 / 25, 4e-6), (60, 0.5, 0.1, 0.01), (61, 0.27, 0.5, 0.2), (12, 0.0, 0.1, 0.01), (40, 0.9, 1.0, 0.5),
     (1, 0.3, 0.1, 0.01), (2, 0.25, 0.1, 0.01)],
)  # fmt: skip
def test_one_cycle_is_torchs_and_then_stays(steps: int, rise: float, start: float, low: float) -> None:
    schedule = RateSchedule.of("one-cycle", steps=steps, rise=rise, start=start, low=low)

    def make(optimizer: SGD) -> Any:
        return lr_scheduler.OneCycleLR(
            optimizer, RATE, total_steps=steps, pct_start=rise, cycle_momentum=False,
            div_factor=1 / start, final_div_factor=start / low,
        )  # fmt: skip

    # After as many steps torch's goes wrong, and then refuses.
    assert ours(schedule, steps + 50) == close(torch_rates(make, steps) + [low * RATE] * 50)


@pytest.mark.parametrize(("steps", "rise", "expected"), [(2, 0.5, [1, 0.2]), (4, 1.0, [0.1, 0.325, 0.775, 1.0])])
def test_one_cycle_where_torchs_divides_by_0(steps: int, rise: float, expected: list[float]) -> None:
    schedule = RateSchedule.of("one-cycle", steps=steps, rise=rise, start=0.1, low=0.2)
    # Rising 0.1 to 1 in three parts: 0.1 + 0.9 sin²(30°), then sin²(60°).
    assert [schedule.factor(step) for step in range(steps)] == pytest.approx(expected)
    assert schedule.factor(1000) == schedule.factor(steps - 1)


@pytest.mark.parametrize(("steps", "low"), [(1, 0.5), (7, 0.0), (20, 0.1), (60, 1.0)])
def test_cyclical_is_torchs(steps: int, low: float) -> None:
    schedule = RateSchedule.of("cyclical", steps=steps, low=low)

    def make(optimizer: SGD) -> Any:
        return lr_scheduler.CyclicLR(optimizer, low * RATE, RATE, step_size_up=steps / 2, cycle_momentum=False)

    assert ours(schedule, 200) == close(torch_rates(make, 200))


def test_what_a_file_leaves_out_is_torchs() -> None:
    for kind, make in {
        "step": lambda o: lr_scheduler.StepLR(o, 20),
        "cosine": lambda o: lr_scheduler.CosineAnnealingLR(o, 60),
        "warm-up": lr_scheduler.LinearLR,
        "one-cycle": lambda o: lr_scheduler.OneCycleLR(o, RATE, total_steps=60, cycle_momentum=False),
    }.items():
        assert ours(RateSchedule.model_validate({"kind": kind}), 60) == close(torch_rates(make, 60)), kind


def test_both_ends_are_exact() -> None:
    for low in (0.1, 0.2, 0.3, 0.7, 1 / 3):
        cosine, warm_up = RateSchedule.of("cosine", low=low), RateSchedule.of("warm-up", low=low)
        assert (cosine.factor(0), cosine.factor(60), cosine.factor(10**9)) == (1.0, low, low)
        assert (warm_up.factor(0), warm_up.factor(5), warm_up.factor(10**9)) == (low, 1.0, 1.0)


@pytest.mark.parametrize(
    ("kind", "length", "end"),
    [("constant", None, None), ("step", None, None), ("exponential", None, None), ("cosine", 40, 40),
     ("warm-up", 40, 40), ("one-cycle", 40, 39), ("cyclical", None, None)],
)  # fmt: skip
def test_a_schedule_knows_from_where_on_it_stays(kind: str, length: int | None, end: int | None) -> None:
    takes = {"steps": 40} if any(field.name == "steps" for field in KINDS[kind].fields) else {}
    schedule = RateSchedule.of(kind, **takes)
    assert (schedule.length, schedule.end) == (length, end)
    if end is not None:
        assert schedule.factor(end - 1) != schedule.factor(end) == schedule.factor(end + 1)


@st.composite
def schedules(draw: st.DrawFn) -> RateSchedule:
    kind: RateKind = draw(st.sampled_from(list(KINDS.values())))
    hyper: dict[str, float] = {}
    for field in kind.fields:
        if field.scale == "whole":
            hyper[field.name] = draw(st.integers(1, MOST_STEPS) | st.integers(1, 5))
        elif field.name == "factor":
            hyper[field.name] = draw(st.floats(0, exclude_min=True, allow_infinity=False))
        else:
            hyper[field.name] = draw(st.floats(0, 1) | st.sampled_from((0.0, 0.25, 0.5, 1.0)))
    return RateSchedule.of(kind.name, **hyper)


@given(schedule=schedules(), steps=st.lists(st.integers(0, 10) | st.integers(0, MOST_STEPS), min_size=1))
def test_every_factor_is_finite_and_not_negative(schedule: RateSchedule, steps: list[int]) -> None:
    for step in steps:
        factor = schedule.factor(step)
        assert math.isfinite(factor) and factor >= 0
        if "factor" not in schedule.hyper:
            assert factor <= 1 + 1e-12


@given(schedule=schedules())
def test_what_is_written_is_read(schedule: RateSchedule) -> None:
    data = schedule.model_dump(mode="json")
    names = [field.name for field in KINDS[schedule.kind].fields]
    assert list(data) == ["kind", *names]
    text = tomli_w.dumps(data)
    again = RateSchedule.model_validate(tomllib.loads(text))
    assert again == schedule
    assert tomli_w.dumps(again.model_dump(mode="json")) == text
    assert all(type(again.hyper[name]) is int for name in ("steps", "every") if name in names)


def test_equal_schedules_are_equal_however_they_were_given() -> None:
    whole = RateSchedule.model_validate({"kind": "cosine", "steps": 60.0, "low": 0})
    assert whole == RateSchedule.of("cosine") != RateSchedule.of("cosine", steps=61)
    assert RateSchedule.of("constant") == RateSchedule() == RateSchedule.model_validate({})
    with pytest.raises(ValidationError):
        whole.kind = "step"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"kind": "cosine", "every": 5}, "The schedule cosine has no key every; it takes steps, low."),
        ({"kind": "step", "steps": 5}, "The schedule step has no key steps; it takes every, factor."),
        ({"kind": "one-cycle", "gamma": 1}, "one-cycle has no key gamma; it takes steps, rise, start, low."),
        ({"kind": "constant", "low": 0.5}, "The schedule constant has no key low: it takes none."),
        ({"steps": 5}, "The schedule constant has no key steps: it takes none."),
        ({"kind": "cosine", "hyper": {"steps": 5}}, "The schedule cosine has no key hyper; it takes steps, low."),
        ({"kind": "cos"}, "There is no schedule 'cos'; there are constant, step, exponential, cosine, warm-up, "
                          "one-cycle, cyclical."),
        ({"kind": 3}, "There is no schedule 3;"),
        ({"kind": ["step"]}, "There is no schedule ['step'];"),
        ({"kind": "cosine", "steps": 0}, "steps = 0 is not allowed: it must be a whole number from 1 to 1000000."),
        ({"kind": "cosine", "steps": 1.5}, "steps = 1.5 is not allowed: it must be a whole number from 1 to 1000000."),
        ({"kind": "cosine", "steps": 10**6 + 1}, "steps = 1000001 is not allowed: it must be a whole"),
        ({"kind": "cosine", "steps": 10**400}, "steps = inf is not allowed"),
        ({"kind": "step", "every": -(10**400)}, "every = -inf is not allowed"),
        ({"kind": "cosine", "low": -0.1}, "low = -0.1 is not allowed: it must be a number from 0 to 1."),
        ({"kind": "cosine", "low": 1.1}, "low = 1.1 is not allowed: it must be a number from 0 to 1."),
        ({"kind": "one-cycle", "rise": math.nan}, "rise = nan is not allowed: it must be a number from 0 to 1."),
        ({"kind": "step", "factor": 0}, "factor = 0 is not allowed: it must be a number greater than 0."),
        ({"kind": "exponential", "factor": math.inf}, "factor = inf is not allowed"),
        ({"kind": "exponential", "factor": "0.5"}, "factor cannot be '0.5': it must be a number."),
        ({"kind": "cosine", "steps": True}, "steps cannot be True: it must be a number."),
        ({"kind": "cosine", "steps": ["x" * 99]}, "steps cannot be ['xxx"),
    ],
)  # fmt: skip
def test_what_is_not_allowed_is_refused_in_one_sentence(data: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValidationError) as caught:
        RateSchedule.model_validate(data)
    (detail,) = caught.value.errors()
    said = str(detail["ctx"]["error"])
    assert detail["type"] == "value_error"
    assert sentence in said
    assert said.endswith(".") and "\n" not in said and len(said) < 200


def test_every_default_is_allowed_and_within_its_slider() -> None:
    for kind in KINDS.values():
        for field in kind.fields:
            field.check(field.default)
            assert field.low <= field.default <= field.high
        assert not [field for field in kind.fields if field.explanation[-1] != "."]


def test_another_kind_keeps_what_was_set() -> None:
    cosine = RateSchedule.of("cosine", steps=40, low=0.25)
    assert cosine.turned_into("warm-up", 60) == RateSchedule.of("warm-up", steps=40, low=0.25)
    assert cosine.turned_into("constant", 60) == RateSchedule()
    assert RateSchedule.of("step", every=7, factor=0.5).turned_into("exponential", 60).hyper == {"factor": 0.5}


def test_another_kind_begins_with_its_own_defaults_and_the_length_of_the_run() -> None:
    assert RateSchedule.of("cosine", steps=40).turned_into("warm-up", 90).hyper == {"steps": 40, "low": 1 / 3}
    assert RateSchedule().turned_into("cosine", 90).hyper == {"steps": 90, "low": 0.0}
    assert RateSchedule.of("step").turned_into("exponential", 90).hyper == {"factor": 0.95}
    assert RateSchedule().turned_into("one-cycle", 0).hyper["steps"] == 1
