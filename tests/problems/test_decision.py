"""Which class a network gives to each place."""

from __future__ import annotations

import numpy as np
import pytest

from gdsim.errors import InputError
from gdsim.problems.data import DataSet
from gdsim.problems.decision import data_ranges, decision_grid, grid_resolution
from gdsim.problems.network import Layer, NetworkProblem, chain
from gdsim.problems.unit import class_shares, sample_values

SPLIT = chain(2, [(2, "identity", False)])
RIGHT = {"output.weight": np.array([[0, 0], [2, 0]], dtype=np.float32)}


def test_classes_and_certainty_are_those_of_the_softmax() -> None:
    grid = decision_grid(SPLIT, RIGHT, (-1, 1), (0, 4), 8)
    assert grid.x == pytest.approx([-0.875, -0.625, -0.375, -0.125, 0.125, 0.375, 0.625, 0.875])
    assert grid.y == pytest.approx([0.25, 0.75, 1.25, 1.75, 2.25, 2.75, 3.25, 3.75])
    assert (grid.classes == (grid.x > 0)).all()
    # The softmax of 0 and 2x is a sigmoid: 1 / (1 + exp(-2x)).
    expected = 1 / (1 + np.exp(-2 * np.abs(grid.x)))
    assert grid.certainty == pytest.approx(np.tile(expected, (8, 1)), abs=1e-6)


def test_rows_are_the_second_feature() -> None:
    above = {"output.weight": np.array([[0, 0], [0, 2]], dtype=np.float32)}
    grid = decision_grid(SPLIT, above, (-1, 1), (-1, 1), 6)
    assert (grid.classes == (grid.y > 0)[:, None]).all()


def test_points_are_classified_beside() -> None:
    points = np.array([[-1, 5], [1, 5]], dtype=np.float32)
    grid = decision_grid(SPLIT, RIGHT, (-1, 1), (-1, 1), 4, points=(points, points[:1]))
    assert [each.tolist() for each in grid.guesses] == [[0, 1], [0]]


def test_outputs_of_the_squared_error_are_normalised() -> None:
    outputs = np.array([[1, 3], [-1, 2], [-1, -2], [0, 0]], dtype=np.float32)
    shares = class_shares(outputs, "mse")
    assert shares.tolist() == [[0.25, 0.75], [0, 1], [0.5, 0.5], [0.5, 0.5]]
    one = {"output.weight": np.array([[1, 0], [3, 0]], dtype=np.float32)}
    grid = decision_grid(SPLIT, one, (1, 2), (0, 1), 3, "mse")
    assert (grid.classes == 1).all()
    assert grid.certainty == pytest.approx(np.full((3, 3), 0.75))


@pytest.mark.parametrize("loss", ["cross_entropy", "mse"])
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_where_outputs_are_not_numbers_there_is_no_class(loss: str, bad: float) -> None:
    broken = {"output.weight": np.full((2, 2), bad, dtype=np.float32)}
    grid = decision_grid(SPLIT, broken, (-1, 1), (-1, 1), 4, loss, (np.ones((2, 2), np.float32),))
    assert (grid.classes == -1).all()
    assert (grid.certainty == 0).all()
    assert (grid.guesses[0] == -1).all()


def test_other_numbers_of_inputs_are_refused() -> None:
    with pytest.raises(InputError, match="two features; these have 3"):
        decision_grid(chain(3, [(2, "identity", False)]), {}, (0, 1), (0, 1), 4)


def sized(*units: int) -> tuple[Layer, ...]:
    return chain(2, [(each, "tanh", True) for each in units])


def test_the_larger_the_network_the_coarser_the_grid() -> None:
    networks = [sized(8, 2), sized(256, 256, 2), sized(1000, 1000, 2), sized(4096, 4096, 4096, 2)]
    resolutions = [grid_resolution(each) for each in networks]
    assert resolutions[0] == 100
    assert resolutions == sorted(resolutions, reverse=True)
    assert resolutions[-1] == 8


def test_the_points_of_a_large_network_are_classified_as_far_as_time_allows() -> None:
    layers = sized(1024, 1024, 2)
    data = DataSet(np.zeros((1, 2), np.float32), np.zeros(1, np.int64), ("a", "b"), ("one", "two"))
    parameters = {name: each.numpy() for name, each in NetworkProblem(layers, data).initial_parameters().items()}
    points = np.ones((5000, 2), dtype=np.float32)
    grid = decision_grid(layers, parameters, (0, 1), (0, 1), grid_resolution(layers), points=(points,))
    known = grid.guesses[0] >= 0
    assert 0 < known.sum() < 5000
    assert known[: known.sum()].all()


def test_ranges_hold_all_samples_with_a_margin() -> None:
    def data(points: list[tuple[float, float]]) -> DataSet:
        features = np.array(points, dtype=np.float32)
        return DataSet(features, np.zeros(len(points), np.int64), ("a", "b"), ("one",))

    assert data_ranges(data([(0, 5), (10, 5)]), None) == ((-1, 11), (4, 6))
    assert data_ranges(data([(0, 0), (5, 1)]), data([(10, 0)])) == ((-1, 11), (-0.1, 1.1))


def test_the_values_of_one_sample_are_rows_of_those_of_all() -> None:
    features = np.random.default_rng(1).normal(size=(5, 2)).astype(np.float32)
    problem = NetworkProblem(sized(3, 2), DataSet(features, np.zeros(5, np.int64), ("a", "b"), ("one", "two")))
    parameters = {name: each.numpy() for name, each in problem.initial_parameters().items()}
    values = sample_values(problem, parameters, 3)
    assert (values[0].inputs == features[3:4]).all()
    hidden = np.tanh(features[3] @ parameters["linear1.weight"].T + parameters["linear1.bias"])
    assert values[0].outputs[0] == pytest.approx(hidden, abs=1e-6)
    assert values[1].outputs.shape == (1, 2)
