"""The notebook's verbs on one problem and one update rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from gdsim.errors import InputError
from gdsim.i18n import tr
from gdsim.optimizers import Hyper, Params, Situation, State, Update, UpdateRule, total
from gdsim.optimizers.pipeline import apply, changes_gradient
from gdsim.problems.base import Problem
from gdsim.simulation.history import Checkpoint
from gdsim.simulation.layout import ALL, Layout
from gdsim.simulation.snapshot import Graph

if TYPE_CHECKING:
    from torch import Tensor


class Evaluation(NamedTuple):
    """Loss and flat gradient of a state; the gradient may be overwritten by the second evaluation after this one."""

    loss: float
    gradient: Tensor


class Simulation:
    """Parameters, their gradients and a rule's state, moved by torch's own verbs.

    As in torch, `update` without a new `backward` uses the old gradient, a second `backward` without
    `zero_grad` accumulates, and a second `backward` on a freed graph is refused, as is one after the
    parameters have changed.

    Attributes
    ----------
    layout
        Where each parameter lies in the flat tensors.
    flat
        The parameters' numbers; `parameters` and `operands` are views of them.
    parameters
        The parameters, under their names.
    operands
        The same numbers as leaf tensors that require gradients, as the problem's loss uses them.
    flat_state
        The rule's state after `step_count` updates, flat.
    flat_gradient
        What `backward` has added up, or None.
    backward_count, gradient_step
        How often `backward` was called since there was no gradient, and the step at which it was called last.
    step_count
        Number of updates made.
    loss
        Result of the last `forward`, or None before the first.
    graph
        Whether there is a graph for `backward` to walk.
    stale_graph
        Whether the parameters have changed since the graph was made.
    move
        The last update, flat; None before the first.
    """

    def __init__(self, problem: Problem, rule: UpdateRule) -> None:
        import torch

        self.problem = problem
        self.rule = rule
        start = problem.initial_parameters()
        self.layout = Layout(start)
        self.flat = self.layout.join(start)
        self.parameters = self.layout.split(self.flat)
        self._sink = torch.zeros_like(self.flat)
        self.operands = [part.detach().requires_grad_() for part in problem.operands(self.parameters)]
        for leaf, part in zip(self.operands, problem.operands(self.layout.split(self._sink)), strict=True):
            leaf.grad = part
        self._backward = torch.autograd.backward
        self._one = torch.ones((), dtype=self.flat.dtype)
        # Written by turns: tensors that are kept make torch take new memory for the next ones, which is slower. One
        # holds the gradient that is known of the present state, one what `.grad` holds, one what the last update used.
        self._pool = [torch.empty_like(self.flat) for _ in range(3)]
        self.flat_state: State = rule.init({ALL: self.flat})
        self.flat_gradient: Tensor | None = None
        self._used: Tensor | None = None
        self.backward_count = self.gradient_step = self.step_count = 0
        self.loss: Tensor | None = None
        self.graph: Graph = "none"
        self.stale_graph = False
        self.move: Tensor | None = None

    def checkpoint(self) -> Checkpoint:
        """Return all that is needed to go on from here, bit for bit."""
        held = None if self.flat_gradient is None else self.flat_gradient.clone()
        # The state is replaced at each update and never written into.
        return Checkpoint(
            self.step_count, {ALL: self.flat.clone()}, self.flat_state, held, self.backward_count, self.gradient_step
        )

    def restore(self, checkpoint: Checkpoint) -> None:
        """Go to a checkpoint; there is no graph afterwards."""
        self.flat.copy_(checkpoint.parameters[ALL])
        self.flat_state = checkpoint.state
        self.step_count = checkpoint.step
        self.flat_gradient = checkpoint.gradient
        self.backward_count, self.gradient_step = checkpoint.backward_count, checkpoint.gradient_step
        self.loss = self.move = None
        self.graph, self.stale_graph = "none", False

    @property
    def state(self) -> State:
        """The rule's state under the parameters' names."""
        return self.layout.split_state(self.flat_state)

    @property
    def gradient(self) -> Params | None:
        """The accumulated gradient, or None when there is none."""
        return None if self.flat_gradient is None else self.layout.split(self.flat_gradient)

    def zero_grad(self) -> None:
        """Forget the gradient (``grad is None``, torch's default)."""
        self.flat_gradient, self.backward_count = None, 0

    def forward(self) -> Tensor:
        """Compute the loss and its graph."""
        self.loss, _ = self.problem.evaluate(self.operands, self.step_count)
        self.graph, self.stale_graph = "kept", False
        return self.loss

    def backward(self, retain_graph: bool = False) -> None:
        """Add the gradient of the last forward's loss to what there is.

        Raises
        ------
        InputError
            If there was no forward, its graph has been freed, or the parameters have changed since.
        """
        if self.graph == "freed":
            raise InputError(
                tr("The graph was freed by the last backward: run forward again, or keep the graph next time.")
            )
        if self.loss is None or self.graph == "none":
            raise InputError(tr("There is no loss to go back from: run forward first."))
        if self.stale_graph:
            raise InputError(
                tr("The parameters have changed since the last forward; its graph is out of date: run forward again.")
            )
        self._sink_gradient(self.loss, retain_graph)
        gradient = self._sink.clone()
        self.flat_gradient = gradient if self.flat_gradient is None else self.flat_gradient + gradient
        self.backward_count += 1
        self.gradient_step = self.step_count
        if not retain_graph:
            self.graph = "freed"

    def evaluate(self) -> tuple[Evaluation, Any]:
        """Return loss and gradient of the present state, and the note for a meter; `.grad` is left as it is."""
        loss, note = self.problem.evaluate(self.operands, self.step_count)
        self._sink_gradient(loss)
        held, used = self.flat_gradient, self._used
        for gradient in self._pool:
            if gradient is not held and gradient is not used:
                break
        gradient.copy_(self._sink)
        return Evaluation(loss.item(), gradient), note

    def take(self, evaluation: Evaluation) -> None:
        """Do what `zero_grad`, `forward` and `backward` would do here, where `evaluate` has done the work already."""
        self.flat_gradient, self.backward_count, self.gradient_step = evaluation.gradient, 1, self.step_count
        self.graph = "freed"

    def update(self, hyper: Hyper) -> Update:
        """Move the parameters by the rule, using the gradient that is there; the terms are flat.

        Raises
        ------
        InputError
            If there is no gradient yet.
        """
        # None of the flat tensors requires a gradient, only the parameters' views do: no_grad() would change nothing.
        self._used = gradient = self.require_gradient()
        result = self.worked_out(self.step_count, self.flat, gradient, self.flat_state, hyper)
        self.move = move = total(result)[ALL]
        self.flat.add_(move)
        self.flat_state = result.state
        self.step_count += 1
        self.stale_graph = True
        if self.graph == "none":  # after a rewind; the gradient came from a graph that is no more
            self.graph = "freed"
        return result

    def worked_out(self, step: int, flat: Tensor, gradient: Tensor, state: State, hyper: Hyper) -> Update:
        """Return the update of a state, the present one or an earlier one; nothing moves.

        Raises
        ------
        InputError
            If the rule cannot take these parameters.
        """
        rule = self.rule
        plain = rule.update_at is None and rule.decay != "decoupled" and not changes_gradient(rule, hyper)
        if plain:
            return rule.update({ALL: gradient}, state, hyper)
        here = Situation(
            step,
            {ALL: flat},
            lambda params: self._evaluate_elsewhere(params[ALL], step),
            lambda params: self.layout.split(params[ALL]),
            lambda params: {ALL: self.layout.join(params)},
        )
        return apply(rule, {ALL: gradient}, state, hyper, here)

    def require_gradient(self) -> Tensor:
        """Return the flat gradient, or raise `InputError` when there is none yet."""
        if self.flat_gradient is None:
            raise InputError(tr("There is no gradient yet (grad is None): run backward first."))
        return self.flat_gradient

    def edit(self, place: int, value: float) -> None:
        """Set one number of the parameters, given by its place in the flat tensor."""
        self.flat[place] = value
        self.stale_graph = True

    def step(self, hyper: Hyper) -> Update:
        """Run all the verbs: zero_grad, forward, backward, update."""
        self.zero_grad()
        self.forward()
        self.backward()
        return self.update(hyper)

    def _evaluate_elsewhere(self, flat: Tensor, step: int) -> tuple[Tensor, Params]:
        """Return loss and flat gradient at other parameters; the graph that there is stays as it is."""
        import torch

        leaves = [part.detach().clone().requires_grad_() for part in self.problem.operands(self.layout.split(flat))]
        loss, _ = self.problem.evaluate(leaves, step)
        gradients = torch.autograd.grad(loss, leaves, allow_unused=True)
        result = torch.zeros_like(flat)
        places = self.problem.operands(self.layout.split(result))
        for place, gradient in zip(places, gradients, strict=True):
            if gradient is not None:
                place.copy_(gradient)
        return loss.detach(), {ALL: result}

    def _sink_gradient(self, loss: Tensor, retain_graph: bool = False) -> None:
        """Let the leaves' own ``.grad``, views of one tensor, hold the gradient of ``loss``."""
        # torch adds to them, and leaves them zero where the loss does not depend on a parameter.
        self._sink.zero_()
        self._backward(loss, self._one, retain_graph)
