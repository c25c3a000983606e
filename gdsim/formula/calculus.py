"""Derivatives, through sympy: our tree -> sympy -> our tree; text never reaches sympy.

Simplification is light on purpose: a quadratic is multiplied out, everything else stays as the rules of
differentiation leave it, because clever rewriting can take for ever on a formula that someone just typed.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

from gdsim.errors import InputError
from gdsim.formula.expression import Formula
from gdsim.formula.polynomial import degree, polynomial
from gdsim.formula.tree import Binary, Call, Constant, Negate, Node, Number, Variable, number, to_text
from gdsim.i18n import tr

_MAX_PARTS = 4000
_EXACT_INTEGER = 1e15


@functools.lru_cache(maxsize=64)
def _gradient(formula: Formula) -> dict[str, Formula]:
    return {name: _derivative(formula, name) for name in formula.variables}


def gradient(formula: Formula) -> dict[str, Formula]:
    """Return the partial derivative with respect to each variable.

    Where a derivative does not exist it has torch's value: 0 for ``abs`` and ``relu`` at 0, one half each
    where ``min`` or ``max`` has two equal arguments.

    Raises
    ------
    InputError
        If a derivative has no real value anywhere or is too long to write down.
    """
    return dict(_gradient(formula))


def hessian(formula: Formula) -> dict[tuple[str, str], Formula]:
    """Return the second partial derivatives, symmetric; raises as `gradient` does."""
    result: dict[tuple[str, str], Formula] = {}
    for first, partial in gradient(formula).items():
        for second in formula.variables:
            if (second, first) in result:
                result[first, second] = result[second, first]
            else:
                result[first, second] = _derivative(partial, second)
    return result


def _derivative(formula: Formula, name: str) -> Formula:
    import sympy

    try:
        expression = to_sympy(formula.tree)
        result = _own_functions(expression.diff(sympy.Symbol(name, real=True)))
        terms = polynomial(formula)
        if terms is not None and degree(terms) <= 2:
            result = sympy.expand(result)
        _check_size(result)
        tree = from_sympy(result)
    except (RecursionError, OverflowError):
        raise _too_long() from None
    return Formula(to_text(tree), tree)


def _too_long() -> InputError:
    return InputError(tr("The derivative of this formula is too long to write down."))


def _check_size(expression: Any) -> None:
    import sympy

    for count, _ in enumerate(sympy.preorder_traversal(expression)):
        if count > _MAX_PARTS:
            raise _too_long()


@functools.cache
def _functions() -> SimpleNamespace:
    """Return our functions under their names; each knows its derivative and nothing else.

    sympy's own ones reason at length about real and imaginary parts and periods, for seconds on a long formula,
    and the derivatives of its Abs and Max hold distributions.
    """
    import sympy

    def define(name: str, slope: Any, arity: int = 1) -> Any:
        def fdiff(self: Any, argindex: int = 1) -> Any:
            return slope(argindex, *self.args)

        return type(name, (sympy.Function,), {"nargs": arity, "fdiff": fdiff, "is_real": True, "__module__": __name__})

    half = sympy.Rational(1, 2)
    zero = sympy.Integer(0)
    sign = define("sign", lambda i, x: zero)
    heaviside = define("heaviside", lambda i, x: zero)

    def larger(index: int, a: Any, b: Any) -> Any:
        return half + (half if index == 1 else -half) * sign(a - b)

    def smaller(index: int, a: Any, b: Any) -> Any:
        return half - (half if index == 1 else -half) * sign(a - b)

    sigmoid: Any = define("sigmoid", lambda i, x: sigmoid(x) * (1 - sigmoid(x)))
    sin: Any = define("sin", lambda i, x: cos(x))
    cos: Any = define("cos", lambda i, x: -sin(x))
    tan: Any = define("tan", lambda i, x: 1 + tan(x) ** 2)
    tanh: Any = define("tanh", lambda i, x: 1 - tanh(x) ** 2)
    exp: Any = define("exp", lambda i, x: exp(x))
    return SimpleNamespace(
        sin=sin,
        cos=cos,
        tan=tan,
        tanh=tanh,
        exp=exp,
        log=define("log", lambda i, x: 1 / x),
        sign=sign,
        heaviside=heaviside,
        sigmoid=sigmoid,
        relu=define("relu", lambda i, x: heaviside(x)),
        abs=define("abs", lambda i, x: sign(x)),
        max=define("max", larger, 2),
        min=define("min", smaller, 2),
    )


def _own_functions(expression: Any) -> Any:
    import sympy

    return expression.replace(sympy.Abs, _functions().abs) if expression.has(sympy.Abs) else expression


def to_sympy(node: Node) -> Any:
    """Return the sympy expression of a tree; its symbols are real."""
    import sympy

    match node:
        case Number(value):
            return sympy.Integer(int(value)) if value.is_integer() and value < 1e16 else sympy.Rational(repr(value))
        case Constant(name):
            return sympy.pi if name == "pi" else sympy.E
        case Variable(name):
            return sympy.Symbol(name, real=True)
        case Negate(operand):
            return -to_sympy(operand)
        case Binary(operator, left, right):
            a, b = to_sympy(left), to_sympy(right)
            match operator:
                case "+":
                    return a + b
                case "-":
                    return a - b
                case "*":
                    return a * b
                case "/":
                    return a / b
                case "**":
                    return _own_functions(a**b)
        case Call("min" | "max" as name, arguments):
            return functools.reduce(getattr(_functions(), name), map(to_sympy, arguments))
        case Call(name, (argument,)):
            own = getattr(_functions(), name, None)
            return _own_functions((own or getattr(sympy, name))(to_sympy(argument)))
    raise TypeError(node)


def from_sympy(expression: Any) -> Node:
    """Return the tree of a sympy expression that holds nothing beyond what our trees know."""
    import sympy

    match expression:
        case sympy.Rational():
            return _rational(expression)
        case sympy.Symbol():
            return Variable(expression.name)
        case sympy.Add():
            return _sum(expression.as_ordered_terms() if len(expression.args) < 50 else expression.args)
        case sympy.Mul():
            return _product(expression)
        case sympy.Pow():
            return _power(expression.base, expression.exp)
    if expression in (sympy.pi, sympy.E):
        return Constant("pi" if expression == sympy.pi else "e")
    if isinstance(expression, sympy.Function):
        name = type(expression).__name__
        if name in (*vars(_functions()), "sin", "cos", "tan", "exp", "log", "tanh"):
            return Call(name, tuple(map(from_sympy, expression.args)))
    raise InputError(tr("The derivative of this formula cannot be written with real numbers."))


def _rational(value: Any) -> Node:
    top, bottom = int(value.p), int(value.q)
    near = top / bottom
    if bottom == 1 or 10**6 % bottom == 0 or max(abs(top), bottom) > _EXACT_INTEGER:
        return number(near)
    quotient = Binary("/", Number(float(abs(top))), Number(float(bottom)))
    return Negate(quotient) if top < 0 else quotient


def _sum(terms: Sequence[Any]) -> Node:
    result = from_sympy(terms[0])
    for term in terms[1:]:
        if term.could_extract_minus_sign() and not term.is_Add:
            result = Binary("-", result, from_sympy(-term))
        else:
            result = Binary("+", result, from_sympy(term))
    return result


def _product(expression: Any) -> Node:
    coefficient, rest = expression.as_coeff_Mul()
    if coefficient.is_negative:
        return _negated(from_sympy(-expression))
    above: list[Node] = []
    below: list[Node] = []
    number_node = from_sympy(coefficient)
    if isinstance(number_node, Binary):
        below.append(number_node.right)
        number_node = number_node.left
    if number_node != Number(1.0):
        above.append(number_node)
    for factor in rest.as_ordered_factors():
        exponent = factor.exp if factor.is_Pow else None
        if exponent is not None and exponent.is_Rational and exponent.is_negative:
            below.append(_power(factor.base, -exponent))
        else:
            above.append(from_sympy(factor))
    top = _multiplied(above)
    return Binary("/", top, _multiplied(below)) if below else top


def _negated(node: Node) -> Node:
    """Return minus ``node``, the sign at the first factor of a product, where people write it."""
    if isinstance(node, Binary) and node.operator == "*":
        return Binary("*", _negated(node.left), node.right)
    return Negate(node)


def _multiplied(factors: Sequence[Node]) -> Node:
    if not factors:
        return Number(1.0)
    return functools.reduce(lambda a, b: Binary("*", a, b), factors)


def _power(base: Any, exponent: Any) -> Node:
    if exponent.is_Rational:
        if exponent.is_negative:
            return Binary("/", Number(1.0), _power(base, -exponent))
        if exponent == 1:
            return from_sympy(base)
        if exponent.p == 1 and exponent.q == 2:
            return Call("sqrt", (from_sympy(base),))
    return Binary("**", from_sympy(base), from_sympy(exponent))
