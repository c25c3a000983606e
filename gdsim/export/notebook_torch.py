"""Classes of torch.optim as rules for documents: torch makes the update, on parameters of their own shapes."""

from __future__ import annotations

from gdsim.export.notebook_rules import RuleCode
from gdsim.export.notebook_text import WIDTH, Cell, code
from gdsim.optimizers import PREFIX
from gdsim.optimizers.signature import Argument, arguments_of

_STEP = """
def torch_step(optimizer_class, options, w, gradient, state):
    if "optimizer" not in state:
        state["parameters"] = [part.clone().requires_grad_() for part in pieces(w)]
        state["optimizer"] = optimizer_class(state["parameters"], **options)
    parameters, optimizer = state["parameters"], state["optimizer"]
    optimizer.param_groups[0].update({key: value for key, value in options.items() if value is not None})
    for parameter, part, slope in zip(parameters, pieces(w), pieces(gradient)):
        parameter.data.copy_(part)
        parameter.grad = slope.clone()
    @step
    return w + exact_move(w, joined(parameters))
"""

_MOVE = """
def exact_move(before, after):
    move = after - before
    return move + (after - (before + move))  # what was lost by rounding
"""

_PLAIN = "optimizer.step()"

_SWITCHED = """while True:
        try:
            optimizer.step()
            break
        except KeyError as error:  # a switch was turned on: what torch now asks for begins at zero
            for parameter in parameters:
                optimizer.state[parameter].setdefault(error.args[0], torch.zeros_like(parameter))"""

_CLOSURE = """
def torch_search(optimizer_class, options, w, gradient, state):
    if "optimizer" not in state:
        state["parameters"] = [part.clone().requires_grad_() for part in pieces(w)]
        state["optimizer"] = optimizer_class(state["parameters"], **options)
    parameters, optimizer = state["parameters"], state["optimizer"]
    optimizer.param_groups[0].update({key: value for key, value in options.items() if value is not None})
    for parameter, part in zip(parameters, pieces(w)):
        parameter.data.copy_(part)
    @shorten

    def closure():
        loss, slopes = state["evaluate"](joined(parameters))
        for parameter, slope in zip(parameters, pieces(slopes)):
            parameter.grad = slope.clone()
        return loss

    optimizer.step(closure)
    return w + exact_move(w, joined(parameters))
"""

_SHORTEN = """kept = optimizer.state[parameters[0]]
    kept.pop("al", None)  # the search's scratch, as long as the history was
    for key in ("old_dirs", "old_stps", "ro"):
        if key in kept:
            kept[key] = kept[key][-options["history_size"]:]"""


def torch_code_of(name: str, with_others: bool) -> RuleCode:
    """Return the function of the rule ``torch:CLASS``."""
    import torch

    cls = name.removeprefix(PREFIX)
    optimizer = getattr(torch.optim, cls)
    arguments = arguments_of(optimizer)
    parameters = [h.name for argument in arguments for h in argument.described]
    maker = "torch_search" if _searches(cls) else "torch_step"
    head = f"def torch_{cls.lower()}(w, gradient, state, "
    source = _wrapped(head, [*parameters, *(["**others"] if with_others else [])], "):")
    source += _wrapped("    options = dict(", [f"{a.name}={_expression(a)}" for a in arguments], ")")
    source += f"    return {maker}(torch.optim.{cls}, options, w, gradient, state)\n"

    return RuleCode(f"torch_{cls.lower()}", (), source)


def torch_cell(names: list[str], pieces: str, switched: bool) -> Cell:
    """Return what all classes of torch.optim need; ``pieces`` are the functions that part and join a vector."""
    searching = [_searches(name.removeprefix(PREFIX)) for name in names]
    blocks = [] if all(searching) else [_STEP.replace("@step", _SWITCHED if switched else _PLAIN)]
    if any(searching):
        blocks.append(_CLOSURE.replace("    @shorten\n", f"    {_SHORTEN}\n" if switched else ""))
    return code(pieces, _MOVE, *blocks)


def searches(name: str) -> bool:
    """Tell whether a rule works the loss out at other points by itself."""
    return name.startswith(PREFIX) and _searches(name.removeprefix(PREFIX))


def _searches(cls: str) -> bool:
    import inspect

    import torch

    step = inspect.signature(getattr(torch.optim, cls).step)
    return step.parameters["closure"].default is inspect.Parameter.empty


def _expression(argument: Argument) -> str:
    """Return what makes an argument of torch of its hyper-parameters, found out by trying."""
    count = len(argument.described)
    ones, zeros = argument.make(*[1.0] * count), argument.make(*[0.0] * count)
    names = [h.name for h in argument.described]
    if not isinstance(ones, tuple) or not isinstance(zeros, tuple):
        return _piece(names[0], ones, zeros)
    return f"({', '.join(map(_piece, names, ones, zeros))},)".replace(",)", ")" if count > 1 else ",)")


def _piece(name: str, one: object, zero: object) -> str:
    if isinstance(one, str):
        return f'"{one}" if {name} else None'
    kind = {bool: f"bool({name})", int: f"int({name})"}.get(type(one), name)
    return f"{kind} or None" if zero is None else kind


def _wrapped(head: str, parts: list[str], tail: str) -> str:
    """Return one line, or several that are aligned below the opening bracket."""
    lines, line = [], head
    for place, part in enumerate(parts):
        piece = part + (", " if place + 1 < len(parts) else tail)
        if len(line) + len(piece) > WIDTH and line.strip():
            lines.append(line.rstrip())
            line = " " * len(head)
        line += piece
    return "\n".join([*lines, line]) + "\n"
