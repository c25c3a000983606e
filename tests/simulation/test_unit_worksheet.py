"""One unit's computation, number by number."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch

from gdsim.problems.network import ACTIVATIONS, Activation, activation
from gdsim.problems.unit import sample_values
from gdsim.simulation.by_hand import recompute
from gdsim.simulation.lines import Line, Section, Worksheet
from gdsim.simulation.unit_worksheet import MOST_TERMS, unit_worksheet
from tests.app.networks import network, weights


def sheet(problem, layer: int, unit: int, sample: int = 2) -> Worksheet:
    parameters = weights(problem)
    return unit_worksheet(problem, parameters, sample_values(problem, parameters, sample), sample, layer, unit)


def section(worksheet: Worksheet, key: str) -> Section:
    return next(each for each in worksheet.sections if each.key == key)


def line(worksheet: Worksheet, key: str) -> Line:
    return next(each for section in worksheet.sections for each in section.lines if each.key == key)


def test_the_lecture_network_is_written_out_and_adds_up() -> None:
    problem = network()
    parameters = weights(problem)
    torch_sum = torch.tensor(problem.data.features[2]) @ torch.tensor(parameters["linear1.weight"][3])
    written = line(sheet(problem, 0, 3), "sum")
    assert written.result == pytest.approx(torch_sum.item(), rel=1e-6)
    assert len(written.symbols) == len(written.numbers) == 20
    assert written.symbols[0] == "w_{3,0} x_{0}"
    shown = written.shown(4)
    assert shown.exact
    again = recompute(written.node, {name: each.value for name, each in shown.values.items()})
    assert float(again) == pytest.approx(float(shown.result.value), abs=0.5e-4)


@pytest.mark.parametrize("layer", [0, 1, 2])
@pytest.mark.parametrize("sample", range(6))
def test_what_is_shown_gives_what_is_shown(layer: int, sample: int) -> None:
    problem = network()
    for section in sheet(problem, layer, 1, sample).sections:
        for each in section.lines:
            shown = each.shown(4)
            assert shown.exact, each.key
            again = recompute(each.node, {name: number.value for name, number in shown.values.items()})
            step = 10.0 ** (shown.result.value.adjusted() - 4) if shown.result.scientific else 1e-4
            assert abs(float(again) - float(shown.result.value)) <= 0.5001 * step, each.key


def test_a_bias_is_the_last_term() -> None:
    problem = network()
    written = line(sheet(problem, 2, 1), "sum")
    assert written.symbols[-1].endswith("b_{1}")
    assert written.values["b"] == pytest.approx(float(weights(problem)["output.bias"][1]))
    assert "b" not in line(sheet(problem, 0, 1), "sum").values


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_each_activation_gives_what_torch_gives(name: Activation) -> None:
    problem = network((3, 4, 2), (name, "identity"), (True, True))
    for unit in range(4):
        written = line(sheet(problem, 0, unit), "activation")
        total = line(sheet(problem, 0, unit), "sum").result
        assert written.result == pytest.approx(activation(name)(torch.tensor(total)).item(), rel=1e-6, abs=1e-7)
        again = recompute(written.node, {key: each.value for key, each in written.shown(6).values.items()})
        assert float(again) == pytest.approx(written.result, abs=1e-5)


def test_many_terms_are_summed_up_and_it_says_so() -> None:
    problem = network((300, 2), ("identity",), (True,))
    parameters = weights(problem)
    worksheet = sheet(problem, 0, 1)
    written = line(worksheet, "sum")
    products = parameters["output.weight"][1].astype(float) * problem.data.features[2]
    kept = [int(name[1:]) for name in written.values if name.startswith("w")]
    assert len(kept) == 8 and kept == sorted(kept)
    assert np.abs(products[kept]).min() >= np.sort(np.abs(products))[-8]
    assert written.values["R"] == pytest.approx(products.sum() - products[kept].sum())
    note = section(worksheet, "sum").note
    assert "292 terms" in note and "300" in note
    assert written.shown(4).exact


def test_as_many_terms_as_can_be_are_written_out() -> None:
    assert "R" not in line(sheet(network((MOST_TERMS, 2), ("identity",), (True,)), 0, 0), "sum").values
    assert "R" in line(sheet(network((MOST_TERMS + 1, 2), ("identity",), (True,)), 0, 0), "sum").values


@pytest.mark.parametrize("classes", [2, 3, 12, 13, 40])
def test_the_probability_is_torchs_softmax(classes: int) -> None:
    problem = network((4, classes), ("identity",), (True,))
    parameters = weights(problem)
    logits = torch.tensor(sample_values(problem, parameters, 2)[-1].outputs[0])
    for unit in (0, classes - 1):
        written = line(sheet(problem, 0, unit), "softmax")
        assert written.result == pytest.approx(logits.softmax(0)[unit].item(), rel=1e-6)
        again = recompute(written.node, {key: each.value for key, each in written.shown(6).values.items()})
        assert float(again) == pytest.approx(written.result, abs=1e-5)


def test_the_probability_is_one_of_the_output_and_of_cross_entropy_only() -> None:
    keys = [section.key for section in sheet(network(), 2, 0).sections]
    assert keys == ["results", "sum", "activation", "softmax"]
    assert [section.key for section in sheet(network(), 1, 0).sections] == keys[:3]
    assert [section.key for section in sheet(network(loss="mse"), 2, 0).sections] == keys[:3]


def test_the_softmax_takes_what_the_activation_gives() -> None:
    problem = network((4, 3), ("tanh",), (True,))
    written = line(sheet(problem, 0, 1), "softmax")
    assert "a_1" in written.plain_symbols
    outputs = sample_values(problem, weights(problem), 2)[-1].outputs[0]
    assert written.values["z1"] == pytest.approx(float(outputs[1]))


def test_title_and_note_name_everything() -> None:
    problem = network()
    worksheet = sheet(problem, 1, 6, 4)
    kind = problem.data.class_names[problem.data.labels[4]]
    assert worksheet.title == f"linear2, unit 6, for sample 4 of class {kind}"
    note = section(worksheet, "sum").note
    assert "row 6 of linear2.weight" in note
    assert "outputs of linear1" in note
    assert "features" in section(sheet(problem, 0, 0), "sum").note


@pytest.mark.parametrize(("layer", "names"), [(0, ["z", "a"]), (1, ["z", "a"]), (2, ["z", "p"])])
def test_the_results_come_first(layer: int, names: list[str]) -> None:
    worksheet = sheet(network(), layer, 1)
    first = worksheet.sections[0]
    assert [each.plain_left for each in first.lines] == [f"{name}_1" for name in names]
    keys = {"z": "sum", "a": "activation", "p": "softmax"}
    assert [each.result for each in first.lines] == [line(worksheet, keys[name]).result for name in names]
    text = worksheet.plain_text(4).split("\n")
    assert text[2:4] == ["Results", f"z_1 = {first.lines[0].shown(4).result.plain}"]


@pytest.mark.parametrize("value", [0.5, -0.8223])
@pytest.mark.parametrize("name", ["tanh", "sigmoid", "leaky_relu", "relu"])
def test_a_single_number_has_one_pair_of_brackets(name: Activation, value: float) -> None:
    problem = network((1, 1), (name,), (False,), loss="mse")
    values = {"output.weight": np.array([[value]], np.float32)}
    features = np.ones((1, 1), np.float32)
    given = sample_values(
        dataclasses.replace(problem, data=dataclasses.replace(problem.data, features=features)), values, 0
    )
    text = line(unit_worksheet(problem, values, given, 0, 0, 0), "activation").plain_text(4)
    put_in = text.split(" = ")[2]
    assert put_in.startswith(f"max({value:.4f}, 0.01*" if name == "leaky_relu" else f"{name}({value:.4f})")


def test_the_exponents_of_the_softmax_have_one_pair_of_brackets() -> None:
    text = line(sheet(network(), 2, 1), "softmax").plain_text(4)
    assert "exp(-" in text and "((-" not in text


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_numbers_that_are_not_finite_are_shown_as_they_are(bad: float) -> None:
    problem = network((3, 2), ("gelu",), (True,))
    parameters = {name: np.full_like(value, bad) for name, value in weights(problem).items()}
    values = sample_values(problem, parameters, 0)
    text = unit_worksheet(problem, parameters, values, 0, 0, 0).plain_text(4)
    assert "nan" in text or "inf" in text
