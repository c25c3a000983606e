"""Any optimizer of torch.optim as an update rule, described by its signature."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from gdsim.errors import InputError
from gdsim.i18n import tr
from gdsim.optimizers.base import (
    Equation,
    Hyper,
    Params,
    Part,
    Situation,
    State,
    Term,
    Update,
    UpdateRule,
    first_step,
)
from gdsim.optimizers.signature import Argument, arguments_of

if TYPE_CHECKING:
    from torch import Tensor
    from torch.optim import Optimizer

SPARSE = {"SparseAdam"}
"""Classes that take sparse gradients only."""

SCRATCH = {"al"}
"""What LBFGS writes before it reads, of the length of the history when the run began."""

HISTORY = ("old_dirs", "old_stps", "ro")
"""What LBFGS keeps one of for each earlier move."""

Inner = dict[str, Any]
"""What torch.optim keeps for one parameter: tensors, numbers, lists of these."""


class TorchState(dict[str, Params]):
    """A state of which `inner` is what the optimizer needs, for one parameter after the other; never written into.

    The entries are what can be shown of it: ``step``, the number of updates made, and joined copies of whatever has
    the parameters' shapes.
    """

    def __init__(self, shown: Mapping[str, Params], inner: Sequence[Inner] = ()) -> None:
        super().__init__(shown)
        self.inner = tuple(inner)


@cache
def wrapped_rule(name: str) -> UpdateRule:
    """Return the rule of the class ``name`` of torch.optim.

    Raises
    ------
    InputError
        If there is no such class, or it needs what no problem here has (sparse gradients).
    """
    from gdsim.optimizers import PREFIX, complete

    cls = _class_named(name)
    arguments = arguments_of(cls)
    own = tuple(described for argument in arguments for described in argument.described)
    term = f"move of {name}"
    return complete(
        UpdateRule(
            name=f"{PREFIX}{name}",
            label=f"torch.optim.{name}",
            explanation="An optimizer of torch.optim, worked out by torch itself.",
            source=f"torch.optim.{name}",
            hyperparameters=own,
            symbols={"g": "g", "move": r"\Delta"},
            equations=(Equation("w_next", "w + move"),),
            init=lambda params: TorchState({"step": first_step(params)}),
            update=_update_without_parameters,
            parts=(
                Part(
                    "Move",
                    "torch.optim works the move out; its parts are not known here.",
                    terms=(term,),
                    results=("w_next",),
                ),
            ),
            decay="own" if any(described.name == "weight_decay" for described in own) else "coupled",
            update_at=partial(_update, cls, arguments, term),
        )
    )


def _class_named(name: str) -> type[Optimizer]:
    import torch

    if name in SPARSE:
        raise InputError(
            tr("torch.optim.{name} takes sparse gradients only, and the problems here have dense ones.", name=name)
        )
    found = {
        key: value
        for key, value in vars(torch.optim).items()
        if isinstance(value, type) and issubclass(value, torch.optim.Optimizer) and value is not torch.optim.Optimizer
    }
    if name not in found:
        known = ", ".join(sorted(found.keys() - SPARSE))
        raise InputError(tr("torch.optim has no optimizer {name}; it has {known}.", name=repr(name), known=known))
    return found[name]


def _update_without_parameters(gradient: Params, state: State, hyper: Hyper) -> Update:
    raise NotImplementedError("an optimizer of torch.optim needs the parameters: call update_at")


def _update(
    cls: type[Optimizer],
    arguments: tuple[Argument, ...],
    term: str,
    gradient: Params,
    state: State,
    hyper: Hyper,
    here: Situation,
) -> Update:
    """Let torch.optim make one step on copies, and return what it did.

    Raises
    ------
    InputError
        If torch refuses the hyper-parameters or the parameters' shapes.
    """
    assert isinstance(state, TorchState)
    before = here.split(here.params)
    leaves = {name: part.detach().clone().requires_grad_() for name, part in before.items()}
    options: dict[str, Any] = {a.name: a.make(*(float(hyper[h.name]) for h in a.described)) for a in arguments}
    _give(leaves, here.split(gradient))
    with _sentences_of(cls.__name__):
        optimizer = cls(list(leaves.values()), **options)
        for leaf, own in zip(leaves.values(), state.inner, strict=bool(state.inner)):
            optimizer.state[leaf] = _taken_up(own, options)
        try:
            optimizer.step(*([_closure(leaves, here)] if _needs_closure(cls) else []))
        except KeyError as error:
            filled = _with_zeros(state, str(error.args[0]), before)
            return _update(cls, arguments, term, gradient, filled, hyper, here)
    move = here.join({name: _difference(leaf.detach(), before[name]) for name, leaf in leaves.items()})
    inner = [optimizer.state.get(leaf, {}) for leaf in leaves.values()]
    return Update((Term(term, "move", move),), _state_after(state, inner, before, here), move)


def _difference(after: Tensor, before: Tensor) -> Tensor:
    """Return what makes ``after`` of ``before`` when added: to the last bit, unless it is far larger than ``after``."""
    move = after - before
    return move + (after - (before + move))


@contextmanager
def _sentences_of(name: str) -> Iterator[None]:
    """Turn what torch refuses into one sentence."""
    try:
        yield
    except InputError:
        raise
    except (ValueError, RuntimeError, ArithmeticError) as error:
        said = str(error.args[-1] if error.args else error).splitlines()[0].rstrip(".")
        raise InputError(tr("torch.optim.{name} says: {said}.", name=name, said=said)) from error


def _give(leaves: Params, gradient: Params) -> None:
    for name, leaf in leaves.items():
        leaf.grad = gradient[name].clone()


def _needs_closure(cls: type[Optimizer]) -> bool:
    return inspect.signature(cls.step).parameters["closure"].default is inspect.Parameter.empty


def _closure(leaves: Params, here: Situation) -> Callable[[], float]:
    """Return what an optimizer calls that evaluates the loss more than once."""

    def evaluate() -> float:
        loss, gradient = here.evaluate(here.join({name: leaf.detach() for name, leaf in leaves.items()}))
        _give(leaves, here.split(gradient))
        return float(loss)

    return evaluate


def _with_zeros(state: TorchState, key: str, params: Params) -> TorchState:
    """Return a state that has ``key`` too: a switch was turned on in mid-run, and torch begins such things at zero."""
    if all(key in inner for inner in state.inner):
        raise RuntimeError(key)
    fresh = [{key: part.new_zeros(part.shape)} for part in params.values()]
    return TorchState(state, [new | inner for new, inner in zip(fresh, state.inner, strict=True)])


def _taken_up(inner: Inner, options: Mapping[str, object]) -> Inner:
    """Return a copy that an optimizer with these options may write into.

    torch's own load_state_dict would change the precision of numbers such as ASGD's eta, and with it the run.
    """
    copied = {key: _copied(value) for key, value in inner.items() if key not in SCRATCH}
    size = options.get("history_size")
    if isinstance(size, int):
        for key in HISTORY:
            if isinstance(kept := copied.get(key), list):
                copied[key] = kept[-size:]
    return copied


def _copied(value: Any) -> Any:
    import torch

    if isinstance(value, torch.Tensor):
        return value.clone()
    if isinstance(value, list):
        return [_copied(part) for part in value]
    return deepcopy(value)


def _state_after(state: TorchState, inner: list[Inner], params: Params, here: Situation) -> TorchState:
    """Return the next state: what torch keeps now, and what can be shown of it."""
    shown: State = {}
    for key in inner[0]:
        if (parts := _in_shape([own.get(key) for own in inner], params)) is not None:
            shown[key] = here.join(parts)
    shown["step"] = {name: count + 1 for name, count in state["step"].items() if name in here.params}
    # Beside the count: nobody shows these, but a checkpoint counts the memory of all that a state holds.
    kept = [value for own in inner for value in own.values()]
    shown["step"] |= {f"inner {k}": tensor for k, tensor in enumerate(_tensors(kept))}
    return TorchState(shown, inner)


def _in_shape(values: Sequence[Any], params: Params) -> Params | None:
    """Return what torch keeps under one key as parts of the parameters' shapes, or None where it has others."""
    import torch

    shapes = [part.shape for part in params.values()]
    first = values[0]
    if len(values) > 1 and all(value is None for value in values[1:]):  # LBFGS keeps everything with the first
        sizes = [shape.numel() for shape in shapes]
        if not isinstance(first, torch.Tensor) or first.shape != (sum(sizes),):
            return None
        values = [piece.view(shape) for piece, shape in zip(torch.split(first, sizes), shapes, strict=True)]
    fits = all(
        isinstance(value, torch.Tensor) and value.shape == shape for value, shape in zip(values, shapes, strict=True)
    )
    return dict(zip(params, values, strict=True)) if fits else None


def _tensors(values: Sequence[Any]) -> Iterator[Tensor]:
    import torch

    for value in values:
        if isinstance(value, torch.Tensor):
            yield value
        elif isinstance(value, list):
            yield from _tensors(value)
