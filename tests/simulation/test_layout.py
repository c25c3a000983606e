"""Parameters in one flat tensor, there and back."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from gdsim.simulation.layout import ALL, Layout

shapes = st.dictionaries(
    st.from_regex(r"[a-c]\.[u-z]", fullmatch=True) | st.sampled_from(["x", "y"]),
    st.lists(st.integers(1, 4), max_size=3).map(tuple),
    min_size=1,
    max_size=6,
)


def params(named: dict[str, tuple[int, ...]]) -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(1)
    return {name: torch.randn(shape, generator=generator) for name, shape in named.items()}


@given(shapes)
def test_joined_and_split_again(named: dict[str, tuple[int, ...]]) -> None:
    given_ = params(named)
    layout = Layout(given_)
    flat = layout.join(given_)
    assert flat.shape == (layout.size,)
    split, arrays = layout.split(flat), layout.arrays(flat)
    assert list(split) == list(arrays) == list(named)
    for name, value in given_.items():
        assert torch.equal(split[name], value)
        np.testing.assert_array_equal(arrays[name], value.numpy())
    flat += 1
    for name, value in given_.items():
        assert torch.equal(split[name], value + 1), "views of the flat tensor"
        np.testing.assert_array_equal(arrays[name], value.numpy())
        assert arrays[name].shape == named[name]


@given(shapes, st.data())
def test_the_place_of_a_number(named: dict[str, tuple[int, ...]], data: st.DataObject) -> None:
    layout = Layout(params(named))
    name = data.draw(st.sampled_from(sorted(named)))
    index = tuple(data.draw(st.integers(0, size - 1)) for size in named[name])
    flat = torch.zeros(layout.size)
    flat[layout.place(name, index)] = 1.0
    marked = [(n, tuple(i)) for n, part in layout.split(flat).items() for i in torch.nonzero(part).tolist()]
    assert marked == [(name, index)]
    for wrong in (("no", index), (name, (*index, 0)), (name, (-1, *index[1:])), (name, tuple(named[name]))):
        if wrong[1] != index or wrong[0] != name:
            with pytest.raises(IndexError):
                layout.place(*wrong)


def test_norms_of_layers() -> None:
    layout = Layout({
        "linear1.weight": torch.zeros(2, 3), "linear1.bias": torch.zeros(2), "output.weight": torch.zeros(3, 1)
    })  # fmt: skip
    assert layout.layers == ("linear1", "output")
    assert layout.layer_starts.tolist() == [0, 8]
    rows = np.array([[3, 0, 0, 0, 0, 0, 4, 0, 5, 12, 0], [1e30] * 11], np.float32)
    np.testing.assert_allclose(layout.norms(rows), [[5, 13], [1e30 * 8**0.5, 1e30 * 3**0.5]], rtol=1e-6)


def test_state_that_is_one_number_for_all() -> None:
    layout = Layout({"a": torch.zeros(2), "b": torch.zeros(())})
    split = layout.split_state({"velocity": {ALL: torch.arange(3.0)}, "count": {ALL: torch.tensor(7.0)}})
    assert {name: part.tolist() for name, part in split["velocity"].items()} == {"a": [0, 1], "b": 2}
    assert {name: part.tolist() for name, part in split["count"].items()} == {"a": 7, "b": 7}
