"""Typeset formulas; each symbol says its name and value when asked."""

from __future__ import annotations

from moeviz.ui.shared.component import declared

_formula = declared(__file__, '<div class="moeviz-formula"></div>')


def typeset(equations: str, *, key: str, folds: bool = False) -> None:
    """Show equations.

    Parameters
    ----------
    equations : str
        As :func:`~moeviz.charts.formula.model_formula` returns them.
    key : str
        Identity on the page.
    folds : bool
        Whether equations that fill more than two rows are folded to one, so that what stands below
        keeps its room.
    """
    _formula(key=key, data={"formula": equations, "folds": folds})
