"""The model as set, typeset over the plot; each symbol says its name and value when asked."""

from __future__ import annotations

from moeviz.charts.formula import model_formula
from moeviz.study import Specification
from moeviz.ui.shared.component import declared

_formula = declared(__file__, '<div class="moeviz-formula"></div>')


def formula(spec: Specification) -> None:
    """Show the model that a study fits.

    Parameters
    ----------
    spec : Specification
    """
    _formula(key="lab.formula", data={"formula": model_formula(spec)})
