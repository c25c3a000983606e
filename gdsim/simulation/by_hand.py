"""Numbers as one writes them down: correctly rounded, and in agreement with each other when recomputed by hand."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal, DecimalException, localcontext

from gdsim.formula.backends import constant_value
from gdsim.formula.tree import CONSTANTS, Binary, Call, Constant, Negate, Node, Number, Variable

_CONTEXT = Context(prec=60, rounding=ROUND_HALF_UP, Emax=10**6, Emin=-(10**6))
_MOST_EXTRA = 20
_LARGE, _SMALL = Decimal("1e6"), Decimal("1e-3")
_SIGNIFICANT = 14
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class Shown:
    """One number as it is shown.

    Attributes
    ----------
    value
        What the digits say; None for ``inf`` and ``nan``.
    text
        Typographic form: ``−8.0000``, ``1.2500·10⁻⁷``.
    plain
        Form for copying: ``-8.0000``, ``1.2500e-07``.
    """

    value: Decimal | None
    text: str
    plain: str

    @property
    def negative(self) -> bool:
        """Whether it begins with a minus."""
        return self.plain.startswith("-")

    @property
    def scientific(self) -> bool:
        """Whether it is written with a power of ten."""
        return "·" in self.text


def show(value: float, digits: int, extra: int = 0, exact: bool = False) -> Shown:
    """Round ``value`` to ``digits`` decimals and ``extra`` ones; extra zeros are left out.

    With ``exact`` (hyper-parameters) all trailing zeros are left out. Very large and very small numbers are
    written with a power of ten, and the decimals are the mantissa's.
    """
    if not math.isfinite(value):
        word = "nan" if math.isnan(value) else "∞" if value > 0 else "−∞"
        return Shown(None, word, word.replace("∞", "inf").replace("−", "-"))
    with localcontext(_CONTEXT):
        number = Decimal(repr(value))
        exponent = _exponent(number, digits, extra, exact)
        if not exponent and value:
            # Beyond that double precision knows nothing.
            digits = max(0, min(digits, _SIGNIFICANT - 1 - number.adjusted()))
        mantissa = _trimmed(_rounded(number.scaleb(-exponent), digits + extra), 0 if exact else digits)
        return _written(mantissa, exponent)


def _exponent(number: Decimal, digits: int, extra: int, exact: bool) -> int:
    """Return the power of ten with which ``number`` is written, 0 for none."""
    size = abs(number)
    if not number or (_SMALL <= size < _LARGE and (exact or _rounded(number, digits) != 0)):
        return 0
    exponent = number.adjusted()
    return exponent + int(_rounded(number.scaleb(-exponent), digits + extra).adjusted() > 0)


def _rounded(number: Decimal, decimals: int) -> Decimal:
    return number.quantize(Decimal(1).scaleb(-decimals))


def _trimmed(number: Decimal, least: int) -> Decimal:
    """Leave out trailing zeros beyond ``least`` decimals."""
    text = format(number, "f")
    whole, _, decimals = text.partition(".")
    kept = decimals[:least] + decimals[least:].rstrip("0")
    return Decimal(f"{whole}.{kept}" if kept else whole)


def _written(mantissa: Decimal, exponent: int) -> Shown:
    if not mantissa:
        mantissa = abs(mantissa)
    digits = format(mantissa, "f")
    text, plain = digits.replace("-", "−"), digits
    if exponent:
        text += "·10" + str(exponent).translate(_SUPERSCRIPTS)
        plain += f"e{exponent:+03d}"
    return Shown(mantissa.scaleb(exponent), text, plain)


def recompute(node: Node, values: Mapping[str, Decimal]) -> Decimal | None:
    """Work ``node`` out from the numbers as shown, with 60 digits; None where it is undefined.

    Functions and fractional powers are worked out in double precision, as a pocket calculator would.
    """
    try:
        with localcontext(_CONTEXT):
            return _recompute(node, values)
    except (DecimalException, ArithmeticError, ValueError):
        return None


def _recompute(node: Node, values: Mapping[str, Decimal]) -> Decimal:
    match node:
        case Number(value):
            return Decimal(repr(value))
        case Constant(name):
            return Decimal(repr(CONSTANTS[name]))
        case Variable(name):
            return values[name]
        case Negate(operand):
            return -_recompute(operand, values)
        case Binary(operator, left, right):
            a, b = _recompute(left, values), _recompute(right, values)
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
                    whole = b == b.to_integral_value() and abs(b) < 1000
                    return a ** int(b) if whole else _decimal(float(a) ** float(b))
        case Call("min" | "max" as name, arguments):
            inner = [_recompute(each, values) for each in arguments]
            return min(inner) if name == "min" else max(inner)
        case Call("abs", (argument,)):
            return abs(_recompute(argument, values))
        case Call(name, arguments):
            tree = Call(name, tuple(Number(float(_recompute(each, values))) for each in arguments))
            return _decimal(constant_value(tree))
    raise TypeError(node)


def _decimal(value: object) -> Decimal:
    if not isinstance(value, float) or not math.isfinite(value):
        raise ValueError(value)
    return Decimal(repr(value))


@dataclass(frozen=True)
class Agreement:
    """How a computation is shown.

    Attributes
    ----------
    values
        What goes in, by name.
    result
        What comes out.
    exact
        Whether the digits shown give the result shown; not so where rounding errors of double precision are
        all that is left of the result, as of a gradient at the minimum.
    """

    values: dict[str, Shown]
    result: Shown
    exact: bool


def agree(node: Node, values: Mapping[str, float], exact: frozenset[str], result: float, digits: int) -> Agreement:
    """Choose how to show a computation so that redoing it from the digits shown gives the result shown.

    Parameters
    ----------
    node
        The computation.
    values
        What goes in, at full precision.
    exact
        Names that are shown with no more decimals than they have (hyper-parameters).
    result
        What comes out, at full precision.
    digits
        Decimals of the result; the values get as many more as are needed, the fewest possible.
    """

    def shown(extra: int) -> dict[str, Shown]:
        return {
            name: show(value, digits, max(extra, 6 - digits) if name in exact else extra, name in exact)
            for name, value in values.items()
        }

    # More decimals of the result only where it lies within rounding errors of the middle between two of them.
    for more in range(3):
        end = show(result, digits, more)
        full = shown(_MOST_EXTRA)
        if not _agrees(node, full, end):
            continue
        for extra in range(_MOST_EXTRA):
            fewer = shown(extra)
            if _agrees(node, fewer, end):
                return Agreement(fewer, end, True)
        return Agreement(full, end, True)
    return Agreement(shown(0), show(result, digits), False)


def _agrees(node: Node, shown: Mapping[str, Shown], end: Shown) -> bool:
    numbers = {name: each.value for name, each in shown.items() if each.value is not None}
    if len(numbers) < len(shown) or end.value is None:
        return True
    value = recompute(node, numbers)
    if value is None:
        return False
    mantissa, _, exponent = end.plain.partition("e")
    decimals = len(mantissa.partition(".")[2])
    try:
        with localcontext(_CONTEXT):
            return _rounded(value.scaleb(-int(exponent or 0)), decimals) == Decimal(mantissa)
    except DecimalException:
        return False
