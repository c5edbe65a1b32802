"""The model as set, typeset over the plot; each symbol says its name and value when asked."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from moeviz.charts.formula import model_formula
from moeviz.study import Specification

_HERE = Path(__file__).parent

_formula = st.components.v2.component(
    "moeviz.formula",
    html='<div class="moeviz-formula"></div>',
    css=(_HERE / "formula.css").read_text(encoding="utf-8"),
    js=(_HERE / "formula.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def formula(spec: Specification) -> None:
    """Show the model that a study fits.

    Parameters
    ----------
    spec : Specification
    """
    _formula(key="lab.formula", data={"formula": model_formula(spec)})
