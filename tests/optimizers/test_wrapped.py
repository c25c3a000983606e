"""Optimizers of torch.optim as update rules, against torch.optim itself."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gdsim.errors import InputError
from gdsim.optimizers import Hyperparameter, Params, Situation, Update, UpdateRule, rule_named
from gdsim.optimizers.pipeline import apply
from gdsim.optimizers.torch_classes import CLASSES
from gdsim.simulation.history import Checkpoint
from gdsim.simulation.layout import ALL, Layout

torch.set_num_threads(1)  # small tensors: a pool of threads costs more than it gives

Loss = Callable[[Params], torch.Tensor]

CHANGED: tuple[tuple[str, dict[str, float], dict[str, Any]], ...] = (
    ("ASGD", {"lambd": 0.01, "alpha": 0.5, "t0": 20}, {"lambd": 0.01, "alpha": 0.5, "t0": 20}),
    ("Adafactor", {"eps1": 1e-3, "eps2": 0.01, "d": 2, "weight_decay": 0.1},
     {"eps": (1e-3, 0.01), "d": 2.0, "weight_decay": 0.1}),
    ("Adagrad", {"initial_accumulator_value": 0.5, "lr_decay": 0.01},
     {"initial_accumulator_value": 0.5, "lr_decay": 0.01}),
    ("Adam", {"beta1": 0.5, "beta2": 0.9, "amsgrad": 1, "weight_decay": 0.1, "decoupled_weight_decay": 1},
     {"betas": (0.5, 0.9), "amsgrad": True, "weight_decay": 0.1, "decoupled_weight_decay": True}),
    ("LBFGS", {"strong_wolfe": 1}, {"line_search_fn": "strong_wolfe"}),
    ("LBFGS", {"max_iter": 2, "history_size": 3, "learning_rate": 0.1},
     {"max_iter": 2, "history_size": 3, "lr": 0.1}),
    ("LBFGS", {"max_eval": 7, "max_iter": 9, "strong_wolfe": 1},
     {"max_eval": 7, "max_iter": 9, "line_search_fn": "strong_wolfe"}),
    ("NAdam", {"momentum_decay": 0.01, "eps": 1e-3}, {"momentum_decay": 0.01, "eps": 1e-3}),
    ("RMSprop", {"alpha": 0.9, "momentum": 0.9, "centered": 1, "learning_rate": 1e-3},
     {"alpha": 0.9, "momentum": 0.9, "centered": True, "lr": 1e-3}),
    ("Rprop", {"eta1": 0.3, "eta2": 1.5, "step_size1": 1e-4, "step_size2": 0.5},
     {"etas": (0.3, 1.5), "step_sizes": (1e-4, 0.5)}),
    ("SGD", {"momentum": 0.9, "nesterov": 1, "weight_decay": 0.01},
     {"momentum": 0.9, "nesterov": True, "weight_decay": 0.01}),
    ("SGD", {"momentum": 0.5, "dampening": 0.5, "maximize": 1, "learning_rate": 1e-5},
     {"momentum": 0.5, "dampening": 0.5, "maximize": True, "lr": 1e-5}),
)  # fmt: skip
DEFAULTS: tuple[tuple[str, dict[str, float], dict[str, Any]], ...] = tuple((name, {}, {}) for name in CLASSES)
SURFACE_CASES = [case for case in (*DEFAULTS, *CHANGED[4:6]) if case[0] != "Muon"]
MATRICES: tuple[tuple[str, dict[str, float], dict[str, Any]], ...] = (
    ("Muon", {"ns_steps": 3, "nesterov": 0, "ns_coefficient1": 2, "ns_coefficient2": -1.5, "ns_coefficient3": 0.5},
     {"ns_steps": 3, "nesterov": False, "ns_coefficients": (2.0, -1.5, 0.5)}),
    ("Muon", {"match_rms_adamw": 1}, {"adjust_lr_fn": "match_rms_adamw"}),
)  # fmt: skip


def surface(w: Params) -> torch.Tensor:
    return (2 - w["w1"] - w["w2"]) ** 2 + (4 - 3 * w["w1"] - w["w2"]) ** 2 + torch.sin(w["w1"])


def point() -> Params:
    return {"w1": torch.tensor(-1.2, dtype=torch.float64), "w2": torch.tensor(1.0, dtype=torch.float64)}


INPUTS = torch.linspace(-1, 1, 12, dtype=torch.float64).reshape(6, 2)
WANTED = torch.sin(3 * INPUTS[:, :1])


def network(w: Params) -> torch.Tensor:
    hidden = torch.tanh(INPUTS @ w["1.weight"].T + w.get("1.bias", 0.0))
    return ((hidden @ w["2.weight"].T + w.get("2.bias", 0.0) - WANTED) ** 2).mean()


def layers(biases: bool) -> Params:
    made = torch.linspace(-0.9, 0.8, 12, dtype=torch.float64)
    params = {"1.weight": made[:6].reshape(3, 2), "2.weight": made[6:9].reshape(1, 3)}
    return params | {"1.bias": made[9:12].clone(), "2.bias": made[4:5].clone()} if biases else params


def grad_of(loss: Loss, params: Params) -> tuple[torch.Tensor, Params]:
    leaves = {name: p.clone().requires_grad_() for name, p in params.items()}
    value = loss(leaves)
    return value.detach(), dict(zip(leaves, torch.autograd.grad(value, list(leaves.values())), strict=True))


class Run:
    """A run of a rule on flat parameters, as a simulation makes it."""

    def __init__(self, name: str, loss: Loss, start: Params, **hyper: float) -> None:
        self.rule = rule_named(f"torch:{name}")
        self.hyper = defaults(self.rule) | hyper
        self.loss, self.layout = loss, Layout(start)
        self.flat = self.layout.join(start)
        self.state = self.rule.init({ALL: self.flat})
        self.count = 0

    def evaluate(self, params: Params) -> tuple[torch.Tensor, Params]:
        value, gradient = grad_of(self.loss, self.layout.split(params[ALL]))
        return value, {ALL: self.layout.join(gradient)}

    def update(self) -> Update:
        here = Situation(
            self.count, {ALL: self.flat}, self.evaluate,
            lambda flat: self.layout.split(flat[ALL]), lambda parts: {ALL: self.layout.join(parts)},
        )  # fmt: skip
        _, gradient = self.evaluate({ALL: self.flat})
        return apply(self.rule, gradient, self.state, self.hyper, here)

    def step(self) -> Update:
        made = self.update()
        (term,) = made.terms
        self.flat, self.state = self.flat + term.value[ALL], made.state
        self.count += 1
        return made


def defaults(rule: UpdateRule) -> dict[str, float]:
    return {h.name: h.default for h in rule.hyperparameters}


def described(name: str) -> dict[str, Hyperparameter]:
    return {h.name: h for h in rule_named(f"torch:{name}").hyperparameters}


def theirs(name: str, loss: Loss, start: Params, **options: Any) -> tuple[torch.optim.Optimizer, Callable[[], Params]]:
    leaves = {key: value.clone().requires_grad_() for key, value in start.items()}
    optimizer = getattr(torch.optim, name)(list(leaves.values()), **options)

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        value = loss(leaves)
        value.backward()
        return value

    def step() -> Params:
        optimizer.step(closure)
        return {key: leaf.detach() for key, leaf in leaves.items()}

    return optimizer, step


def compare(name: str, loss: Loss, start: Params, hyper: dict[str, float], options: dict[str, Any], free: bool) -> None:
    """Make 300 steps beside torch, 100 off the defaults; each begins at torch's parameters, unless ``free``."""
    run = Run(name, loss, start, **hyper)
    optimizer, step = theirs(name, loss, start, **options)
    ours, torchs = [], []
    steps = 100 if hyper else 300
    for count in range(steps):
        if count == steps // 2:
            run.hyper["learning_rate"] *= 0.3
            optimizer.param_groups[0]["lr"] *= 0.3
        run.step()
        ours.append(run.flat)
        torchs.append(run.layout.join(step()))
        if not free:
            run.flat = torchs[-1]
    torch.testing.assert_close(torch.stack(ours), torch.stack(torchs), rtol=1e-12, atol=1e-12)
    assert not torch.equal(ours[-1], run.layout.join(start))


def test_the_interface_offers_every_class_that_takes_dense_gradients() -> None:
    classes = {n for n, c in vars(torch.optim).items() if isinstance(c, type) and issubclass(c, torch.optim.Optimizer)}
    assert set(CLASSES) == classes - {"SparseAdam", "Optimizer", "Muon"}, "Muon takes matrices alone"


@pytest.mark.parametrize(("name", "hyper", "options"), SURFACE_CASES)
def test_agrees_with_torch_on_a_surface(name: str, hyper: dict[str, float], options: dict[str, Any]) -> None:
    compare(name, surface, point(), hyper, options, free=True)


@pytest.mark.parametrize(("name", "hyper", "options"), DEFAULTS + CHANGED + MATRICES)
def test_agrees_with_torch_on_a_network(name: str, hyper: dict[str, float], options: dict[str, Any]) -> None:
    # These two turn a difference in the last bit into another path.
    free = name not in ("LBFGS", "RMSprop")
    compare(name, network, layers(biases=name != "Muon"), hyper, options, free)


@pytest.mark.parametrize(("name", "hyper"), [*((n, {}) for n in CLASSES), ("LBFGS", {"strong_wolfe": 1})])
def test_replaying_from_a_kept_state_is_bit_equal(name: str, hyper: dict[str, float]) -> None:
    run = Run(name, network, layers(biases=name != "Muon"), **hyper)
    for _ in range(5):
        run.step()
    kept, flat = run.state, run.flat
    moves = [run.step().terms[0].value[ALL] for _ in range(10)]
    for _ in range(2):
        run.state, run.flat = kept, flat
        for move in moves:
            assert torch.equal(run.step().terms[0].value[ALL], move)


def tensors_of(value: Any) -> list[torch.Tensor]:
    if isinstance(value, torch.Tensor):
        return [value]
    values = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    return [tensor for part in values for tensor in tensors_of(part)]


@pytest.mark.parametrize("name", CLASSES)
def test_an_update_writes_into_nothing_it_is_given(name: str) -> None:
    run = Run(name, network, layers(biases=name != "Muon"))
    run.step()
    run.step()
    everything = [run.flat, *tensors_of(run.state), *tensors_of(run.state.inner)]  # type: ignore[attr-defined]
    before = copy.deepcopy(everything)
    made = run.update()
    assert all(torch.equal(one, other) for one, other in zip(everything, before, strict=True))
    assert made.state is not run.state
    storages = {tensor.untyped_storage().data_ptr() for tensor in everything}
    after = [*tensors_of(made.state), *tensors_of(made.state.inner)]  # type: ignore[attr-defined]
    assert not storages & {tensor.untyped_storage().data_ptr() for tensor in after}


@pytest.mark.parametrize("name", CLASSES)
def test_a_state_can_be_split_shown_and_counted(name: str) -> None:
    run = Run(name, network, layers(biases=name != "Muon"))
    assert {key: part[ALL].tolist() for key, part in run.state.items()} == {"step": 0}
    for _ in range(3):
        run.step()
    assert run.state["step"][ALL].tolist() == 3
    assert all(part[ALL].numel() == run.layout.size for key, part in run.state.items() if key != "step")
    shapes = {
        key: {n: tuple(v.shape) for n, v in part.items()} for key, part in run.layout.split_state(run.state).items()
    }
    assert all(shapes[key] == run.layout.shapes for key in shapes.keys() - {"step"})
    inner = sum(t.nbytes for t in tensors_of(run.state.inner))  # type: ignore[attr-defined]
    shown = sum(part[ALL].nbytes for part in run.state.values())
    assert Checkpoint(3, {}, run.state).nbytes == inner + shown


def test_moments_are_shown_under_the_names_that_torch_gives_them() -> None:
    run = Run("Adam", network, layers(biases=True))
    optimizer, step = theirs("Adam", network, layers(biases=True))
    for _ in range(3):
        run.step()
        step()
    assert set(run.state) == {"step", "exp_avg", "exp_avg_sq"}
    own = [optimizer.state[leaf]["exp_avg_sq"] for leaf in optimizer.param_groups[0]["params"]]
    shown = run.layout.split_state(run.state)["exp_avg_sq"].values()
    for ours, torchs in zip(shown, own, strict=True):
        torch.testing.assert_close(ours, torchs, rtol=1e-12, atol=0)


def test_the_direction_of_lbfgs_is_shown() -> None:
    run = Run("LBFGS", surface, point())
    run.step()
    assert {"d", "prev_flat_grad"} <= set(run.state)


def test_one_term_and_one_part() -> None:
    run = Run("Rprop", surface, point())
    update = run.update()
    assert [(term.name, term.role) for term in update.terms] == [("move of Rprop", "move")]
    assert [(line.result, line.expression) for line in run.rule.lines(run.hyper)] == [("w_next", "w + move")]
    (part,) = run.rule.parts
    assert (part.label, part.terms, part.results) == ("Move", ("move of Rprop",), ("w_next",))
    assert (run.rule.name, run.rule.label, run.rule.symbols) == (
        "torch:Rprop",
        "torch.optim.Rprop",
        {"g": "g", "move": r"\Delta"},
    )
    assert rule_named("torch:Rprop") is run.rule


COMMON = ["clip_value", "clip_norm", "noise", "noise_seed"]


@pytest.mark.parametrize(
    ("name", "decay", "names"),
    [
        ("SGD", "own", ["learning_rate", "momentum", "dampening", "weight_decay", "nesterov", "maximize", *COMMON]),
        ("Rprop", "coupled", ["learning_rate", "eta1", "eta2", "step_size1", "step_size2", "maximize", "weight_decay",
                              *COMMON]),
        ("Adam", "own", ["learning_rate", "beta1", "beta2", "eps", "weight_decay", "amsgrad", "maximize",
                         "decoupled_weight_decay", *COMMON]),
        ("LBFGS", "coupled", ["learning_rate", "max_iter", "max_eval", "tolerance_grad", "tolerance_change",
                              "history_size", "strong_wolfe", "weight_decay", *COMMON]),
        ("Muon", "own", ["learning_rate", "weight_decay", "momentum", "nesterov", "ns_coefficient1", "ns_coefficient2",
                         "ns_coefficient3", "eps", "ns_steps", "match_rms_adamw", *COMMON]),
        ("Adafactor", "own", ["learning_rate", "beta2_decay", "eps1", "eps2", "d", "weight_decay", "maximize",
                              *COMMON]),
    ],
)  # fmt: skip
def test_hyper_parameters_are_those_of_the_signature(name: str, decay: str, names: list[str]) -> None:
    rule = rule_named(f"torch:{name}")
    assert [h.name for h in rule.hyperparameters] == names
    assert rule.decay == decay
    assert [h.common for h in rule.hyperparameters] == [n in COMMON or (n, decay) == ("weight_decay", "coupled")
                                                        for n in names]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "key", "scale", "default", "allowed", "refused"),
    [
        ("Adadelta", "learning_rate", "logarithmic", 1.0, [1e-9, 5.0], [0.0, -1.0]),
        ("Adam", "beta2", "linear", 0.999, [0.0, 0.5], [1.0, -0.1]),
        ("Adam", "eps", "logarithmic", 1e-8, [1e-30, 1.0], [0.0]),
        ("Adam", "amsgrad", "switch", 0.0, [0.0, 1.0], [0.5, 2.0]),
        ("AdamW", "weight_decay", "linear", 0.01, [0.0, 3.0], [-0.1]),
        ("SGD", "momentum", "linear", 0.0, [0.0, 0.9, 1.0], [-0.1]),
        ("LBFGS", "max_iter", "whole", 20.0, [1.0, 100.0], [0.0, 1.5, 1e12]),
        ("LBFGS", "max_eval", "whole", 0.0, [0.0, 100.0], [-1.0, 1.5]),
        ("LBFGS", "strong_wolfe", "switch", 0.0, [0.0, 1.0], [2.0]),
        ("Muon", "nesterov", "switch", 1.0, [0.0, 1.0], [2.0]),
        ("Muon", "ns_coefficient2", "linear", -4.775, [-9.0, 9.0], []),
        ("Rprop", "eta2", "linear", 1.2, [1.1, 3.0], [1.0, 0.5]),
        ("Rprop", "step_size2", "logarithmic", 50.0, [1e-3], [0.0]),
        ("RMSprop", "alpha", "linear", 0.99, [0.0], [1.0]),
        ("ASGD", "alpha", "linear", 0.75, [0.0, 1.0, 2.0], [-1.0]),
        ("Adafactor", "eps1", "linear", 0.0, [0.0, 1e-3], [-1e-3]),
        ("Adafactor", "d", "linear", 1.0, [1.0, 2.0], [0.5]),
    ],
)
def test_kinds_defaults_and_bounds(
    name: str, key: str, scale: str, default: float, allowed: list[float], refused: list[float]
) -> None:
    hyper = described(name)[key]
    assert (hyper.scale, hyper.default) == (scale, default)
    for value in (default, *allowed):
        hyper.check(value)
    for value in refused:
        with pytest.raises(ValueError, match=key):
            hyper.check(value)


@pytest.mark.parametrize("name", CLASSES)
def test_descriptions_are_whole(name: str) -> None:
    for hyper in described(name).values():
        assert hyper.label and hyper.symbol
        assert hyper.explanation.endswith(".") and not hyper.explanation.startswith("An argument of")
        assert hyper.low < hyper.high and hyper.low <= hyper.default <= hyper.high
        for value in (hyper.default, hyper.low, hyper.high):
            hyper.check(value)


class Unheard(torch.optim.SGD):
    """An optimizer that gdsim knows nothing of."""

    def __init__(
        self, params: Any, lr: float = 0.5, bend: float = 0.25, turns: int = 3, odd: bool = True, mode: str = "a",
        most: float | None = None, foreach: bool | None = None,
    ) -> None:  # fmt: skip
        super().__init__(params, lr=lr * bend * turns, maximize=not odd)
        assert mode == "a" and most is None


def test_an_optimizer_that_is_not_known_is_described_by_its_signature_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.optim, "Unheard", Unheard, raising=False)
    run = Run("Unheard", surface, point())
    own = [(h.name, h.label, h.scale, h.default) for h in run.rule.hyperparameters if not h.common]
    assert own == [
        ("learning_rate", "Learning rate η", "logarithmic", 0.5),
        ("bend", "Bend", "linear", 0.25),
        ("turns", "Turns", "whole", 3),
        ("odd", "Odd", "switch", 1),
        ("most", "Most", "linear", 0),
    ]
    _, gradient = grad_of(surface, point())
    move = run.layout.split(run.step().terms[0].value[ALL])
    assert move["w1"].item() == pytest.approx(-0.5 * 0.25 * 3 * gradient["w1"].item(), rel=1e-12)


@pytest.mark.parametrize("name", ["Nope", "Optimizer", "lr_scheduler", "", "adam", "Adam ", "lr_scheduler.StepLR"])
def test_what_is_no_optimizer_is_refused(name: str) -> None:
    with pytest.raises(InputError) as refusal:
        rule_named(f"torch:{name}")
    known = "ASGD, Adadelta, Adafactor, Adagrad, Adam, AdamW, Adamax, LBFGS, Muon, NAdam, RAdam, RMSprop, Rprop, SGD"
    assert str(refusal.value) == f"torch.optim has no optimizer {name!r}; it has {known}."


def test_sparse_gradients_are_refused() -> None:
    with pytest.raises(InputError, match=r"^torch\.optim\.SparseAdam takes sparse gradients only, .* dense ones\.$"):
        rule_named("torch:SparseAdam")


@pytest.mark.parametrize(
    ("name", "hyper", "sentence"),
    [
        ("SGD", {"nesterov": 1}, "Nesterov momentum requires a momentum and zero dampening"),
        ("Rprop", {"eta1": 0}, "Invalid eta values: 0.0, 1.2"),
        ("Adafactor", {"beta2_decay": 0.5}, "beta2_decay should be <= 0 but is: 0.5"),
    ],
)
def test_values_that_torch_refuses_are_one_sentence(name: str, hyper: dict[str, float], sentence: str) -> None:
    run = Run(name, surface, point(), **hyper)
    with pytest.raises(InputError) as refusal:
        run.update()
    assert str(refusal.value) == f"torch.optim.{name} says: {sentence}."


def test_muon_takes_matrices_only() -> None:
    for run in (Run("Muon", surface, point()), Run("Muon", network, layers(biases=True))):
        with pytest.raises(InputError, match=r"^torch\.optim\.Muon says: Muon only supports 2D parameters .*\.$"):
            run.update()


def test_a_refusal_of_the_problem_is_passed_on() -> None:
    run = Run("LBFGS", surface, point())

    def refuse(params: Params) -> Any:
        raise InputError("The problem refuses.")

    here = Situation(
        0, {ALL: run.flat}, refuse, lambda f: run.layout.split(f[ALL]), lambda p: {ALL: run.layout.join(p)}
    )
    with pytest.raises(InputError, match=r"^The problem refuses\.$"):
        apply(run.rule, {ALL: run.flat}, run.state, run.hyper, here)


@pytest.mark.parametrize(
    ("name", "after", "key"),
    [
        ("Adam", {"amsgrad": 1}, "max_exp_avg_sq"),
        ("RMSprop", {"centered": 1, "momentum": 0.9}, "grad_avg"),
        ("SGD", {"momentum": 0.9}, "momentum_buffer"),
    ],
)
def test_a_switch_turned_on_in_mid_run_begins_at_zero(name: str, after: dict[str, float], key: str) -> None:
    """torch itself stops with a KeyError at the first two; our own rules keep zeros until the switch is turned on."""
    run = Run(name, surface, point())
    for _ in range(3):
        run.step()
    place = run.flat
    run.hyper |= after
    run.step()
    assert run.state["step"][ALL].item() == 4
    _, gradient = run.evaluate({ALL: place})
    fresh = {"max_exp_avg_sq": run.state.get("exp_avg_sq"), "grad_avg": {ALL: 0.01 * gradient[ALL]},
             "momentum_buffer": gradient}[key]  # fmt: skip
    assert fresh is not None
    torch.testing.assert_close(run.state[key][ALL], fresh[ALL], rtol=1e-12, atol=0)


@pytest.mark.parametrize("sizes", [(3, 50), (50, 3)])
def test_the_history_of_lbfgs_may_change_its_length_in_mid_run(sizes: tuple[int, int]) -> None:
    first, second = sizes
    run = Run("LBFGS", network, layers(biases=True), history_size=first, max_iter=4)
    for _ in range(10):
        run.step()
    run.hyper["history_size"] = second
    for _ in range(10):
        run.step()
    assert len(run.state.inner[0]["old_dirs"]) <= second  # type: ignore[attr-defined]
    assert (len(run.state.inner[0]["old_dirs"]) > first) == (second > first)  # type: ignore[attr-defined]


def test_clipping_reaches_the_evaluations_of_lbfgs() -> None:
    """The first move of LBFGS is the gradient that it evaluates, where its components are small."""
    clipped = Run("LBFGS", surface, point(), clip_value=0.25, max_iter=1)
    assert clipped.step().terms[0].value[ALL].abs().tolist() == pytest.approx([0.25, 0.25], rel=1e-12)


@pytest.mark.parametrize("name", CLASSES)
@settings(max_examples=15)
@given(data=st.data())
def test_allowed_hyper_parameters_never_give_a_traceback(name: str, data: st.DataObject) -> None:
    hyper = {h.name: data.draw(allowed(h), label=h.name) for h in described(name).values()}
    for h in described(name).values():
        h.check(hyper[h.name])
    run = Run(name, network, layers(biases=name != "Muon"))
    run.hyper = hyper
    for _ in range(3):
        refusal = refusal_of(run)
        assert refusal is None or (refusal.startswith(f"torch.optim.{name} says: ") and "\n" not in refusal)
        run.hyper = run.hyper | {"learning_rate": 0.01}


def refusal_of(run: Run) -> str | None:
    try:
        run.step()
    except InputError as refusal:
        return str(refusal)
    return None


def allowed(hyper: Hyperparameter) -> st.SearchStrategy[float]:
    if hyper.scale == "switch":
        return st.sampled_from([0.0, 1.0])
    if hyper.scale == "whole":
        return st.integers(int(hyper.low), int(hyper.high)).map(float)
    low = max(hyper.above, hyper.at_least)
    least = None if math.isinf(low) else low
    most = None if math.isinf(hyper.below) else hyper.below
    anywhere = st.floats(
        least, most, exclude_min=math.isfinite(hyper.above), exclude_max=most is not None, allow_nan=False,
        allow_infinity=False,
    )  # fmt: skip
    return st.floats(hyper.low, hyper.high) | anywhere
