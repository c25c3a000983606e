"""How to minimise: update rules.

Every module of this package that defines ``RULE`` is an update rule; a new rule is one new file.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from gdsim.errors import InputError
from gdsim.i18n import tr
from gdsim.optimizers.base import Equation, Hyper, Hyperparameter, Params, State, Term, Update, UpdateRule, total

__all__ = [
    "Equation",
    "Hyper",
    "Hyperparameter",
    "Params",
    "State",
    "Term",
    "Update",
    "UpdateRule",
    "rule_named",
    "rules",
    "total",
]


@cache
def rules() -> dict[str, UpdateRule]:
    """Return every update rule under its name, in the order of the rules' files."""
    found = {}
    for module in sorted(info.name for info in pkgutil.iter_modules(__path__)):
        rule = getattr(importlib.import_module(f"{__name__}.{module}"), "RULE", None)
        if rule is not None:
            found[rule.name] = rule
    return found


def rule_named(name: str) -> UpdateRule:
    """Return the update rule called ``name`` in scenario files.

    Raises
    ------
    InputError
        If there is no such rule; the message lists those there are.
    """
    try:
        return rules()[name]
    except KeyError:
        raise InputError(
            tr("There is no optimizer {name}; there are {known}.", name=repr(name), known=", ".join(rules()))
        ) from None
