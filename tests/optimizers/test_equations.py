"""What a rule says of itself, its equations and parts, against what it does."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gdsim.formula import parse
from gdsim.formula.tree import FUNCTIONS
from gdsim.optimizers import Params, Update, UpdateRule, rules, total
from gdsim.optimizers.parts import parts_of
from gdsim.optimizers.pipeline import USED, apply, gradient_equations, gradient_used
from tests.optimizers.strategies import hypers, numbers, variants
from tests.optimizers.twins import Hyper, defaults, scalars, situation, updated

GRAMMAR = {**FUNCTIONS, "sign": (1, 1)}

VARIANTS = [
    pytest.param(rule, chosen, id=" ".join([name, *(key for key, on in chosen.items() if on)]))
    for name, rule in rules().items()
    for chosen in variants(rule)
]
"""Every rule with every choice of what can be left out."""

STEPS = (1.0, 4.0, 7.0)
"""Of which RAdam's first has other lines than its last."""


def hyper_of(rule: UpdateRule, chosen: dict[str, bool]) -> Hyper:
    """Return defaults, with 1/2 for what is chosen to be not 0."""
    on = {name: 1.0 if name in ("amsgrad", "centered") else 0.5 for name, is_on in chosen.items() if is_on}
    return defaults(rule) | dict.fromkeys(chosen, 0.0) | on


@pytest.mark.parametrize(("rule", "chosen"), VARIANTS)
@settings(max_examples=30)
@given(data=st.data())
def test_the_equations_say_what_the_code_does(rule: UpdateRule, chosen: dict[str, bool], data: st.DataObject) -> None:
    """The worksheet is made from the equations, the arrows from the terms; both must be the same update."""
    hyper = {h.name: data.draw(numbers(h, least_share=0.2), label=h.name) for h in rule.hyperparameters if not h.common}
    hyper |= {name: (hyper[name] or 1.0) if on else 0.0 for name, on in chosen.items()}
    params, state = scalars(data.draw(st.floats(-9, 9))), rule.init(scalars(0.0))
    made = data.draw(st.integers(0, 9), label="updates before")
    for k in range(made):  # of both signs, so that a variance is not what rounding leaves of it
        params, state = updated(rule, params, scalars((-1) ** k * data.draw(st.floats(0.1, 9))), state, hyper)
    gradient = scalars(data.draw(st.floats(-9, 9)))
    after, next_state = updated(rule, params, gradient, state, hyper)

    known = {**hyper, **{key: part["w1"].item() for key, part in state.items()}}
    known |= {"w": params["w1"].item(), "g": gradient["w1"].item(), "step": made + 1.0}
    lines = rule.lines(known)
    for line in lines:
        known[line.result] = float(parse(line.expression, GRAMMAR).evaluate(known))
    results = [line.result for line in lines]
    assert len(set(results)) == len(results)
    # NAdam's product of momenta is a number of single precision, as torch's.
    near = 1e-6 if any(part["w1"].dtype == torch.float32 for part in state.values()) else 1e-10
    assert known["w_next"] == pytest.approx(after["w1"].item(), rel=near, abs=near)
    for key, part in next_state.items():
        if key == "step":
            assert part["w1"].item() == made + 1
        elif f"{key}_next" in results:
            assert known[f"{key}_next"] == pytest.approx(part["w1"].item(), rel=near, abs=near)
        else:  # what no line changes stays
            assert torch.equal(part["w1"], state[key]["w1"])


@pytest.mark.parametrize("decay", ["coupled", "decoupled"])
@given(data=st.data())
def test_the_equations_before_the_rules_say_what_it_is_given(decay: str, data: st.DataObject) -> None:
    rule = rules()["gd" if decay == "coupled" else "adamw"]
    hyper = data.draw(hypers(rule))
    values = st.lists(st.floats(-9, 9), min_size=2, max_size=2)
    params, gradient = scalars(*data.draw(values)), scalars(*data.draw(values))
    used = gradient_used(rule, gradient, hyper, params, 3)
    for name, g in gradient.items():
        known = {**hyper, "w": params[name].item(), "g": g.item()}
        known["xi"] = used.noise[name].item() if used.noise else 0.0
        norm = used.norm.item() if used.norm is not None else 0.0
        known |= dict.fromkeys((f"norm_of_{stage}" for stage in ("g", "g_first", "g_second")), norm)
        for line in gradient_equations(rule, hyper):
            known[line.result] = float(parse(line.expression).evaluate(known))
        assert known.get(USED, g.item()) == pytest.approx(used.gradient[name].item(), rel=1e-12, abs=1e-12)


@pytest.mark.parametrize(("rule", "chosen"), VARIANTS)
def test_every_line_is_in_one_part_and_every_part_shows_something(rule: UpdateRule, chosen: dict[str, bool]) -> None:
    hyper = hyper_of(rule, chosen)
    assert rule.parts
    parts = parts_of(rule, hyper)
    terms = [term.name for term in update_of(rule, hyper).terms]
    for step in STEPS:
        results = [line.result for line in rule.lines({**hyper, "step": step})]
        shown = [result for part in parts for result in part.results if result in results]
        assert shown == results  # in their order, none twice
        for part in parts:
            assert {*part.arrows, *part.squares} <= {*results, *others(rule)}
            assert {result for result in part.results if result in results} or set(part.terms) & set(terms)
    laid = [term for part in parts for term in part.terms if term in terms]
    assert sorted(laid) == sorted(terms)


@pytest.mark.parametrize("rule", [pytest.param(rule, id=name) for name, rule in rules().items()])
def test_what_parts_roles_and_symbols_name_is_there(rule: UpdateRule) -> None:
    results = others(rule)
    known = results | set(rule.init(scalars(0.0))) | {result.removesuffix("_next") for result in results}
    terms = {term.name for chosen in variants(rule) for term in update_of(rule, hyper_of(rule, chosen)).terms}
    for part in rule.parts:
        assert {*part.results, *part.arrows, *part.squares} <= results
        assert set(part.terms) <= terms
        assert part.label
        assert part.sentence.endswith(".")
        assert part.sentence.count(". ") == 0
    assert set(rule.roles) <= known
    own = {h.name for h in rule.hyperparameters}
    for name in used_names(rule) | results:
        assert name.removesuffix("_next") in {"w", *own, *rule.symbols}
    assert set(rule.symbols) <= {"g", "step", *known}


def update_of(rule: UpdateRule, hyper: Hyper) -> Update:
    gradient: Params = scalars(1.0)
    return apply(rule, gradient, rule.init(gradient), hyper, situation(gradient))


def all_lines(rule: UpdateRule) -> list[tuple[str, str]]:
    """Return results and expressions of a rule's lines, whatever is left out."""
    return [
        (line.result, line.expression)
        for chosen in variants(rule)
        for step in STEPS
        for line in rule.lines({**hyper_of(rule, chosen), "step": step})
    ]


def others(rule: UpdateRule) -> set[str]:
    """Return every result that a rule's lines may have."""
    return {result for result, _ in all_lines(rule)}


def used_names(rule: UpdateRule) -> set[str]:
    """Return every name that a rule's lines use."""
    return {name for _, expression in all_lines(rule) for name in parse(expression, GRAMMAR).variables}


def test_without_its_parts_a_rule_would_not_move() -> None:
    assert all(total(update_of(rule, defaults(rule)))["w1"] < 0 for rule in rules().values())
