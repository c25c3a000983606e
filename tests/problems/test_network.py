"""Networks: the lecture's own numbers, and torch.nn for all others."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from gdsim.errors import InputError
from gdsim.problems.network import ACTIVATIONS, NetworkProblem, chain, walk
from gdsim.problems.samples import RightAnswers, share_right
from tests.simulation.twins import Lecture, data_set, lecture, loss_of, module_of, problem_of, take_over, values

sizes = st.lists(st.integers(1, 6), min_size=2, max_size=6)


@st.composite
def problems(draw: st.DrawFn, **fixed: Any) -> NetworkProblem:
    """Networks of one to five layers."""
    shape = draw(sizes)
    layers = len(shape) - 1
    return problem_of(
        shape,
        draw(st.lists(st.sampled_from(ACTIVATIONS), min_size=layers, max_size=layers)),
        draw(st.lists(st.booleans(), min_size=layers, max_size=layers)),
        samples=max(shape[-1], draw(st.integers(1, 9))),
        loss=draw(st.sampled_from(["cross_entropy", "mse"])),
        seed=draw(st.integers(0, 2**63 - 1)),
        **fixed,
    )


def gradient_of(problem: NetworkProblem, step: int = 0) -> tuple[float, dict[str, np.ndarray]]:
    """Return loss and gradient of a problem's first parameters."""
    params = {name: p.requires_grad_() for name, p in problem.initial_parameters().items()}
    loss = problem.loss(params, step)
    loss.backward()
    return loss.item(), {n: np.zeros(p.shape) if p.grad is None else p.grad.numpy() for n, p in params.items()}


def test_the_lectures_data_weights_loss_and_gradient(oracles: dict[str, Any]) -> None:
    known = oracles["network"]
    problem = lecture()
    params = problem.initial_parameters()
    assert sum(p.numel() for p in params.values()) == known["parameters"]
    assert list(params) == ["linear1.weight", "linear2.weight", "output.weight", "output.bias"]
    loss, gradient = gradient_of(problem)
    assert loss == pytest.approx(known["loss_at_start"], abs=1e-7)
    assert params["linear1.weight"][:2, :3].detach().numpy() == pytest.approx(
        np.array(known["linear1_weight"]), rel=5e-5
    )
    assert gradient["linear1.weight"][:2, :3] == pytest.approx(np.array(known["linear1_gradient"]), rel=5e-5)


def test_the_lectures_cells_give_the_same_data_and_weights_bit_for_bit() -> None:
    problem = lecture()
    with torch.random.fork_rng():
        torch.manual_seed(420)
        features = torch.rand(500, 20) * 100
        labels = torch.randint(0, 3, (500,), dtype=torch.float32)
        torch.manual_seed(420)
        model = Lecture()
    assert problem.data.features.tobytes() == features.numpy().tobytes()
    assert problem.data.labels.tolist() == labels.tolist()
    ours = {name: p.numpy().tobytes() for name, p in problem.initial_parameters().items()}
    assert ours == {name: value.tobytes() for name, value in values(model).items()}


@given(problems())
def test_first_weights_are_those_of_torchs_modules_under_the_same_seed(problem: NetworkProblem) -> None:
    ours = {name: p.numpy().tobytes() for name, p in problem.initial_parameters().items()}
    assert ours == {name: value.tobytes() for name, value in values(module_of(problem)).items()}


@pytest.mark.parametrize("init", ["xavier", "kaiming", "zeros", "constant"])
@given(shape=sizes, bias=st.booleans(), seed=st.integers(0, 2**63 - 1))
@settings(max_examples=25)
def test_every_initialisation_is_torchs(init: Any, shape: list[int], bias: bool, seed: int) -> None:
    layers = len(shape) - 1
    problem = problem_of(shape, ["relu"] * layers, [bias] * layers, seed=seed, init=init, constant=-0.25)
    rest = -0.25 if init == "constant" else 0.0
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        for name, ours in problem.initial_parameters().items():
            theirs = torch.full(ours.shape, rest)
            if name.endswith("weight") and init == "xavier":
                nn.init.xavier_uniform_(theirs)
            elif name.endswith("weight") and init == "kaiming":
                nn.init.kaiming_uniform_(theirs, nonlinearity="relu")
            assert torch.equal(ours, theirs), name


@given(problems(), st.data())
@settings(max_examples=150)
def test_loss_and_gradient_are_those_of_torchs_modules(problem: NetworkProblem, data: st.DataObject) -> None:
    init = data.draw(st.sampled_from(["torch", "xavier", "kaiming", "constant"]))
    batch_size = data.draw(st.none() | st.integers(1, len(problem.data)))
    problem = NetworkProblem(problem.layers, problem.data, None, problem.loss_name, batch_size, problem.seed, init, 0.3)
    step = data.draw(st.integers(0, 30))
    model = take_over(module_of(problem), problem)
    theirs = loss_of(problem, model, step)
    theirs.backward()
    loss, gradient = gradient_of(problem, step)
    assert loss == pytest.approx(theirs.item(), rel=1e-6, abs=1e-7)
    for name, p in model.named_parameters():
        assert p.grad is not None
        np.testing.assert_allclose(gradient[name], p.grad.numpy(), rtol=2e-5, atol=2e-7, err_msg=name)


@given(problems())
@settings(max_examples=40)
def test_what_each_layer_makes_of_a_sample(problem: NetworkProblem) -> None:
    model = module_of(problem)
    parameters = values(model)
    made = walk(problem.layers, parameters, problem.data.features)
    value = torch.from_numpy(problem.data.features)
    with torch.no_grad():
        for layer, ours in zip(problem.layers, made, strict=True):
            np.testing.assert_allclose(ours.inputs, value.numpy(), rtol=1e-5, atol=1e-6)
            sums = model.get_submodule(layer.name)(value)
            np.testing.assert_allclose(ours.sums, sums.numpy(), rtol=1e-5, atol=1e-6)
            value = model.get_submodule(f"after_{layer.name}")(sums)
    np.testing.assert_allclose(made[-1].outputs, value.numpy(), rtol=1e-5, atol=1e-6)


def test_parameters_count_by_their_names_and_not_by_their_order() -> None:
    problem = problem_of()
    params = problem.initial_parameters()
    turned = dict(reversed(params.items()))
    assert problem.loss(turned, 0).item() == problem.loss(params, 0).item()


@given(st.integers(1, 23), st.integers(0, 2**63 - 1), st.integers(0, 1000))
@settings(max_examples=50)
def test_an_epoch_takes_every_sample_once(batch_size: int, seed: int, epoch: int) -> None:
    problem = problem_of(samples=23, batch_size=batch_size, seed=seed)
    count = problem.steps_per_epoch
    assert count == math.ceil(23 / batch_size)
    batches = [problem.batch(epoch * count + number) for number in range(count)]
    assert [len(batch.labels) for batch in batches[:-1]] == [batch_size] * (count - 1)
    assert 1 <= len(batches[-1].labels) <= batch_size
    taken = np.concatenate([batch.features.numpy() for batch in batches])
    assert sorted(map(tuple, taken.tolist())) == sorted(map(tuple, problem.data.features.tolist()))
    labels = {
        tuple(row): label
        for row, label in zip(problem.data.features.tolist(), problem.data.labels.tolist(), strict=True)
    }
    for batch in batches:
        assert batch.labels.tolist() == [labels[tuple(row)] for row in batch.features.tolist()]


def test_batches_depend_on_the_step_and_not_on_what_was_asked_before() -> None:
    problem, again = problem_of(samples=20, batch_size=6), problem_of(samples=20, batch_size=6)
    forwards = [problem.batch(step).features.tolist() for step in range(40)]
    backwards = [again.batch(step).features.tolist() for step in reversed(range(40))]
    assert forwards == backwards[::-1]
    epochs = [forwards[at : at + 4] for at in range(0, 40, 4)]
    assert all(a != b for a, b in pairwise(epochs)), "each epoch is shuffled anew"
    other = problem_of(samples=20, batch_size=6, seed=6)
    assert other.batch(0).features.tolist() != forwards[0]


def test_a_batch_larger_than_the_data_is_refused() -> None:
    problem_of(samples=12, batch_size=12)
    with pytest.raises(InputError, match=r"^A batch of 13 is not possible: there are 12 samples to learn from\.$"):
        problem_of(samples=12, batch_size=13)


@given(st.integers(1, 9), st.integers(1, 5), st.lists(st.booleans(), max_size=200), st.integers(0, 9))
@settings(max_examples=60)
def test_right_answers_are_counted_the_same_in_bulk_and_one_by_one(
    samples: int, classes: int, asked: list[bool], seed: int
) -> None:
    """Few values, so that there are ties: the first of the largest counts, as everywhere in torch and numpy."""
    random = np.random.default_rng(seed)
    answers = RightAnswers(samples)
    expected: list[float] = []
    got: list[float] = []
    for ask in asked:
        size = int(random.integers(1, samples + 1))
        outputs = random.integers(-1, 2, (size, classes)).astype(np.float32)
        outputs[random.random(outputs.shape) < 0.1] = np.nan
        labels = random.integers(0, classes, size)
        expected.append(float(np.mean(outputs.argmax(1) == labels)))
        assert share_right(torch.from_numpy(outputs), torch.from_numpy(labels)) == expected[-1]
        answers.see(torch.from_numpy(outputs).requires_grad_(), torch.from_numpy(labels))
        if ask:
            got += answers.shares()
    assert got + answers.shares() == expected
    assert answers.shares() == []


@pytest.mark.parametrize("batch_size", [None, 5])
@pytest.mark.parametrize("with_held_out", [False, True])
def test_the_meter_tells_accuracy_and_judges_what_is_held_out_once_an_epoch(
    batch_size: int | None, with_held_out: bool
) -> None:
    held_out = data_set(9, seed=99) if with_held_out else None
    problem = problem_of(batch_size=batch_size, held_out=held_out)
    assert problem.measures == ("accuracy", *(("held_out_loss", "held_out_accuracy") if with_held_out else ()))
    model = module_of(problem)
    operands = problem.operands(problem.initial_parameters())
    meter = problem.meter()
    for step in range(7):
        meter.see(operands, step, problem.evaluate(operands, step)[1])
    rows = meter.rows()
    assert len(rows) == 7
    for step, row in enumerate(rows):
        batch = problem.batch(step)
        assert row[0] == np.mean(model(batch.features).argmax(1).numpy() == batch.labels.numpy())
        if held_out is None:
            assert len(row) == 1
        elif step % problem.steps_per_epoch:
            assert np.isnan(row[1:]).all() and len(row) == 3
        else:
            outputs, labels = model(torch.from_numpy(held_out.features)), torch.from_numpy(held_out.labels)
            assert row[1] == pytest.approx(nn.CrossEntropyLoss()(outputs, labels).item(), rel=1e-6)
            assert row[2] == np.mean(outputs.argmax(1).numpy() == held_out.labels)
    assert meter.rows() == []


def test_layers_are_named_and_joined() -> None:
    layers = chain(4, [(5, "relu", True), (6, "tanh", False), (2, "identity", True)])
    assert [(layer.name, layer.inputs, layer.units) for layer in layers] == [
        ("linear1", 4, 5), ("linear2", 5, 6), ("output", 6, 2)
    ]  # fmt: skip
    assert [layer.name for layer in chain(4, [(2, "identity", True)])] == ["output"]
