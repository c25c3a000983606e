"""What update rules are written with."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from gdsim.optimizers import Term, Update, rules, total
from gdsim.optimizers.base import times

numbers = st.floats(width=32)


@given(st.floats() | st.integers(-5, 5), st.lists(numbers, max_size=5), st.sampled_from([torch.float32, torch.float64]))
def test_a_number_times_a_tensor_is_torchs_bit_for_bit(factor: float, values: list[float], dtype: torch.dtype) -> None:
    tensor = torch.tensor(values, dtype=dtype)
    ours = times(factor, tensor)
    assert ours.dtype == dtype
    assert ours.numpy().tobytes() == (factor * tensor).numpy().tobytes()


def test_a_tensor_times_a_tensor_broadcasts() -> None:
    assert times(torch.tensor([[1.0], [2.0]]), torch.tensor([3.0, 4.0])).tolist() == [[3, 4], [6, 8]]


def test_the_move_is_the_sum_of_the_terms() -> None:
    terms = tuple(Term(str(k), "gradient", {"a": torch.full((2,), 10.0**k), "b": torch.tensor(k)}) for k in range(3))
    moved = total(Update(terms, {}))
    assert {name: part.tolist() for name, part in moved.items()} == {"a": [111, 111], "b": 3}
    assert terms[0].value["a"].tolist() == [1, 1]


@pytest.mark.parametrize("name", rules())
@given(st.lists(st.floats(-100, 100, width=32), min_size=1, max_size=6), st.floats(1e-6, 10), st.floats(0, 1))
def test_a_move_that_a_rule_gives_is_the_sum_of_its_terms_bit_for_bit(
    name: str, values: list[float], rate: float, gamma: float
) -> None:
    rule = rules()[name]
    params = {"w": torch.tensor(values)}
    state = rule.init(params)
    hyper = {h.name: h.default for h in rule.hyperparameters} | {"learning_rate": rate}
    hyper |= {"gamma": gamma} if "gamma" in hyper else {}
    for scale in (1.0, -0.3, 0.7):
        update = rule.update({"w": scale * params["w"]}, state, hyper)
        np.testing.assert_array_equal(total(update)["w"].numpy(), total(update._replace(move=None))["w"].numpy())
        state = update.state
