"""The formula that a score, gate or expert carries as text, as a tree."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from typing import Protocol

from moeviz.model.constants import AnyConstant, Constant
from moeviz.model.formula import Kind, Tree, parse_formula


class Written(Protocol):
    """A part of a model that carries its formula."""

    @property
    def language(self) -> Kind:
        """What the formula may name."""

    @property
    def constants(self) -> tuple[AnyConstant, ...]:
        """What the user sets; the formula may name these too."""

    @property
    def formula_text(self) -> str:
        """The formula."""


@lru_cache(maxsize=256)
def formula_of(part: Written) -> Tree:
    """Return a part's formula; constants that are whole numbers have their values.

    Parameters
    ----------
    part : Score, Gate or Expert

    Raises
    ------
    FormulaError
        If its text is no formula of its language.
    """
    text = part.formula_text
    for constant in part.constants:
        if isinstance(constant, Constant) and constant.whole:
            text = re.sub(rf"\b{constant.name}\b", str(getattr(part, constant.name)), text)
    return parse_formula(text, replace(part.language, constants=tuple(numbers_of(part))))


def numbers_of(part: Written) -> dict[str, float]:
    """Return the values of a part's constants that stand by name in its formula."""
    return {
        constant.name: float(getattr(part, constant.name))
        for constant in part.constants
        if isinstance(constant, Constant) and not constant.whole
    }
