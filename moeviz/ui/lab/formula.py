"""The model as set, typeset over the plot."""

from __future__ import annotations

from moeviz.charts.formula import model_formula
from moeviz.study import Specification
from moeviz.ui.shared.formula import typeset


def formula(spec: Specification) -> None:
    """Show the model that a study fits.

    Parameters
    ----------
    spec : Specification
    """
    typeset(model_formula(spec), key="lab.formula", folds=True)
