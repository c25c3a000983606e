"""Formulas: text -> safe parse -> a small tree -> numpy, torch, sympy, LaTeX."""

from gdsim.errors import FormulaError
from gdsim.formula.expression import Formula
from gdsim.formula.parser import parse

__all__ = ["Formula", "FormulaError", "parse"]
