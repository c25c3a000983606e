"""The notebook's verbs on one problem and one update rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from gdsim.errors import InputError
from gdsim.i18n import tr
from gdsim.optimizers import Hyper, Params, State, Update, UpdateRule
from gdsim.problems.base import Problem

if TYPE_CHECKING:
    from torch import Tensor

Graph = Literal["none", "kept", "freed"]


class Simulation:
    """Parameters, their gradients and a rule's state, moved by torch's own verbs.

    As in torch, `update` without a new `backward` uses the old gradient, a second `backward` without
    `zero_grad` accumulates, and a second `backward` on a freed graph is refused.

    Attributes
    ----------
    parameters
        Leaf tensors that require gradients, under their names.
    state
        The rule's state after `step_count` updates.
    step_count
        Number of updates made.
    loss
        Result of the last `forward`, or None before the first.
    graph
        Whether there is a graph for `backward` to walk.
    """

    def __init__(self, problem: Problem, rule: UpdateRule) -> None:
        self.problem = problem
        self.rule = rule
        self.parameters: Params = {}
        self.state: State = {}
        self.step_count = 0
        self.loss: Tensor | None = None
        self.graph: Graph = "none"
        start = problem.initial_parameters()
        self.restore(start, rule.init(start), 0)

    def restore(self, parameters: Params, state: State, step_count: int) -> None:
        """Go to a state; the tensors are copied, the gradient is None afterwards."""
        self.parameters = {name: p.detach().clone().requires_grad_() for name, p in parameters.items()}
        self.state = {key: {name: v.detach().clone() for name, v in part.items()} for key, part in state.items()}
        self.step_count = step_count
        self.loss = None
        self.graph = "none"

    @property
    def gradient(self) -> Params | None:
        """The accumulated gradient, or None when there is none."""
        gradients = {name: p.grad for name, p in self.parameters.items()}
        return None if any(g is None for g in gradients.values()) else gradients  # type: ignore[return-value]

    def zero_grad(self) -> None:
        """Forget the gradient (``grad is None``, torch's default)."""
        for parameter in self.parameters.values():
            parameter.grad = None

    def forward(self) -> Tensor:
        """Compute the loss and its graph."""
        self.loss = self.problem.loss(self.parameters, self.step_count)
        self.graph = "kept"
        return self.loss

    def backward(self, retain_graph: bool = False) -> None:
        """Add the gradient of the last forward's loss to each parameter's.

        Raises
        ------
        InputError
            If there was no forward, or its graph has been freed.
        """
        if self.loss is None or self.graph == "none":
            raise InputError(tr("There is no loss to go back from: run forward first."))
        if self.graph == "freed":
            raise InputError(
                tr("The graph was freed by the last backward: run forward again, or keep the graph next time.")
            )
        self.loss.backward(retain_graph=retain_graph)  # type: ignore[no-untyped-call]
        for parameter in self.parameters.values():
            if parameter.grad is None:  # the loss does not depend on it here
                parameter.grad = parameter.new_zeros(parameter.shape)
        if not retain_graph:
            self.graph = "freed"

    def update(self, hyper: Hyper) -> Update:
        """Move the parameters by the rule, using the gradient that is there.

        Raises
        ------
        InputError
            If there is no gradient yet.
        """
        import torch

        gradient = self.gradient
        if gradient is None:
            raise InputError(tr("There is no gradient yet (grad is None): run backward first."))
        with torch.no_grad():
            result = self.rule.update(gradient, self.state, hyper)
            for name, parameter in self.parameters.items():
                move = result.terms[0].value[name]
                for term in result.terms[1:]:
                    move = move + term.value[name]
                parameter.add_(move)
        self.state = result.state
        self.step_count += 1
        return result

    def step(self, hyper: Hyper) -> Update:
        """Run all the verbs: zero_grad, forward, backward, update."""
        self.zero_grad()
        self.forward()
        self.backward()
        return self.update(hyper)
