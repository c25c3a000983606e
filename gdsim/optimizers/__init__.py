"""How to minimise: update rules.

Every module of this package that defines ``RULE`` is an update rule; a new rule is one new file.
"""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import replace
from functools import cache

from gdsim.errors import InputError
from gdsim.i18n import tr
from gdsim.optimizers.base import (
    Equation,
    Hyper,
    Params,
    Part,
    Role,
    Situation,
    State,
    Term,
    Update,
    UpdateRule,
    total,
)
from gdsim.optimizers.hyperparameters import COMMON, Hyperparameter

__all__ = [
    "Equation",
    "Hyper",
    "Hyperparameter",
    "Params",
    "Part",
    "Role",
    "Situation",
    "State",
    "Term",
    "Update",
    "UpdateRule",
    "complete",
    "rule_named",
    "rules",
    "state_roles",
    "total",
]

ORDER = (
    "gd", "momentum", "momentum-pytorch", "nesterov", "adagrad", "rmsprop", "adadelta", "adam", "adamw", "nadam",
    "radam", "adamax", "lion", "signsgd",
)  # fmt: skip
"""The order in which the interface offers rules; a rule that is not named here comes after these."""

PREFIX = "torch:"
"""What the name of any other optimizer of torch.optim begins with; its class follows."""


@cache
def rules() -> dict[str, UpdateRule]:
    """Return every update rule under its name, in the order of `ORDER`, then of the rules' files."""
    found = {}
    for module in sorted(info.name for info in pkgutil.iter_modules(__path__)):
        rule = getattr(importlib.import_module(f"{__name__}.{module}"), "RULE", None)
        if rule is not None:
            found[rule.name] = complete(rule)
    first = [name for name in ORDER if name in found]
    return {name: found[name] for name in dict.fromkeys([*first, *found])}


@cache
def state_roles() -> dict[str, Role]:
    """Return what the states of all rules stand for, by name: one thing has one colour everywhere."""
    return {name: role for rule in rules().values() for name, role in rule.roles.items()}


def complete(rule: UpdateRule) -> UpdateRule:
    """Return ``rule`` with the hyper-parameters that every rule has, where it does not describe them itself."""
    own = {h.name for h in rule.hyperparameters}
    common = tuple(h for h in COMMON if h.name not in own)
    return replace(rule, hyperparameters=(*rule.hyperparameters, *common))


def rule_named(name: str) -> UpdateRule:
    """Return the update rule called ``name`` in scenario files.

    Raises
    ------
    InputError
        If there is no such rule; the message lists those there are.
    """
    if name.startswith(PREFIX):
        from gdsim.optimizers.wrapped import wrapped_rule

        return wrapped_rule(name.removeprefix(PREFIX))
    try:
        return rules()[name]
    except KeyError:
        raise InputError(
            tr("There is no optimizer {name}; there are {known}.", name=repr(name), known=", ".join(rules()))
        ) from None
