"""Numbers of a tensor as text, and back."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from gdsim.app.widgets.tensor_text import (
    MINUS,
    NumberFormat,
    parsed,
    place,
    place_text,
    shown_text,
    torch_tensor,
    tsv,
)
from gdsim.errors import InputError
from gdsim.export.tensor_contents import title_of

FORMS = st.builds(NumberFormat, st.integers(0, 9), st.booleans())
FLOAT32, FLOAT64 = np.dtype("float32"), np.dtype("float64")


def cell(form: NumberFormat, value: float) -> str:
    """Return what the painter is told to paint for one number."""
    values = np.array([[value]], np.float64)
    return form.codes(values, form.odd(values))[0, 0].tobytes().decode().replace("<", " ").replace("-", MINUS)


@pytest.mark.parametrize(("form", "value", "text"), [
    (NumberFormat(4), 0.13656, "0.1366"),
    (NumberFormat(4), -0.13459, "−0.1346"),
    (NumberFormat(4), 999.99994, "999.9999"),
    (NumberFormat(4), -999.99996, "−1.00e+03"),
    (NumberFormat(4), 123456.0, "1.235e+05"),
    (NumberFormat(0), -3.6, "−4"),
    (NumberFormat(0), 123456.0, "123456"),
    (NumberFormat(0), -1e300, "−1e+300"),
    (NumberFormat(3, scientific=True), -3.0294e-4, "−3.029e−04"),
    (NumberFormat(3, scientific=True), -1.5e-300, "−1.50e−300"),
    (NumberFormat(0, scientific=True), 0.0, "0e+00"),
    (NumberFormat(4), math.nan, "nan"),
    (NumberFormat(4), -math.inf, "−inf"),
])  # fmt: skip
def test_a_cell_shows(form: NumberFormat, value: float, text: str) -> None:
    assert form.text(value) == text


@given(FORMS, st.floats(width=32))
def test_every_number_of_single_precision_fits_its_cell(form: NumberFormat, value: float) -> None:
    assert len(form.text(value)) <= max(form.width, 7)


@given(FORMS, st.floats())
def test_what_is_painted_is_what_is_read_out(form: NumberFormat, value: float) -> None:
    painted = cell(form, value)
    assert len(painted) == form.width
    assert painted.strip() == ("" if form.odd(np.array([[value]])).any() else form.text(value))


@given(FORMS, st.floats(-1e30, 1e30))
def test_a_shown_number_is_near_the_number(form: NumberFormat, value: float) -> None:
    shown = float(form.text(value).replace(MINUS, "-"))
    large = form.scientific or bool(form.odd(np.array(value)))
    # At worst one digit is left, where a large number has to fit a narrow column.
    assert abs(shown - value) <= max(0.0 if large else 0.5000001 * 10.0**-form.digits, abs(value) * 0.5 if large else 0)


@given(
    FORMS,
    arrays(
        np.float64,
        array_shapes(min_dims=2, max_dims=2, max_side=6),
        elements=st.floats(-999, 999).map(lambda v: round(v, 9)),
    ),
)
def test_the_point_and_the_exponent_stand_below_each_other(form: NumberFormat, values: np.ndarray) -> None:
    codes = form.codes(values, form.odd(values))
    if form.point is not None:
        assert (codes[:, :, form.point] == ord(".")).all()
    if form.exponent is not None:
        assert (codes[:, :, form.exponent] == ord("e")).all()


def test_shapes_and_indices_read_as_in_torch() -> None:
    assert title_of("linear1.weight", (13, 20)) == "linear1.weight (13 x 20)"
    assert title_of("output.bias", (3,)) == "output.bias (3)"
    assert title_of("w1", ()) == "w1"
    assert [place(shape, 2, 5) for shape in ((13, 20), (20,), ())] == [(2, 5), (5,), ()]
    assert [place_text(index) for index in ((2, 5), (5,), ())] == ["[2, 5]", "[5]", ""]


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_an_entry_is_read_to_the_last_digit(value: float) -> None:
    assert parsed(repr(value), FLOAT64) == value
    assert parsed(f" {value!r} ".replace("-", MINUS), FLOAT64) == value


@pytest.mark.parametrize(("text", "part"), [
    ("", "needs a number"), ("  ", "needs a number"), ("abc", "'abc' is not a finite number"),
    ("nan", "'nan' is not a finite number"), ("inf", "'inf' is not a finite number"), ("0,5", "decimal point"),
    ("1e39", "float32 ends at"), ("1e999", "too large"), ("1 2", "not a finite number"), ("__import__", "not a finite"),
])  # fmt: skip
def test_a_bad_entry_is_explained_in_one_sentence(text: str, part: str) -> None:
    with pytest.raises(InputError, match=part):
        parsed(text, FLOAT32)


@given(st.text(max_size=60))
def test_any_entry_is_a_finite_number_or_explained(text: str) -> None:
    try:
        number = parsed(text, FLOAT32)
    except InputError as error:
        sentence = str(error)
    else:
        assert abs(number) <= 3.4028235e38
        return
    assert sentence.endswith(".")
    assert "\n" not in sentence


@given(
    st.sampled_from([np.float32, np.float64]).flatmap(lambda kind: arrays(kind, array_shapes(max_dims=2, max_side=4)))
)
def test_the_expression_for_torch_makes_the_same_bits(array: np.ndarray) -> None:
    import torch

    made = eval(torch_tensor(array), {"torch": torch})
    assert made.dtype == getattr(torch, str(array.dtype))
    same = made.numpy()
    assert same.shape == array.shape
    bits = np.uint32 if array.dtype == np.float32 else np.uint64
    numbers = ~np.isnan(array)
    assert (np.isnan(same) == ~numbers).all()
    assert (same.view(bits) == array.view(bits))[numbers].all()


def test_a_single_number_is_a_tensor_without_dimensions() -> None:
    assert torch_tensor(np.array(0.1, np.float32)) == "torch.tensor(0.1, dtype=torch.float32)"


@given(arrays(np.float32, array_shapes(min_dims=2, max_dims=2, max_side=5)))
def test_tsv_holds_every_digit(array: np.ndarray) -> None:
    back = np.array([[float(cell) for cell in line.split("\t")] for line in tsv(array).split("\n")], np.float32)
    assert np.array_equal(back, array, equal_nan=True)


def test_text_lines_up() -> None:
    lines = shown_text(np.array([[1, -22.5], [333.25, 0]]), NumberFormat(2)).split("\n")
    assert lines == ["  1.00  -22.50", "333.25    0.00"]
