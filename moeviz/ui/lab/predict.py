"""Commit a prediction: the class says how steep each line will be before anybody computes it."""

from __future__ import annotations

import streamlit as st

from moeviz.charts.palette import style, theme_named
from moeviz.study import Specification, plan
from moeviz.ui.lab.form import guess_name
from moeviz.ui.lab.state import STATE

_COLUMNS = 2


def predictions(spec: Specification, locked: bool) -> tuple[float | None, ...]:
    """Ask for a slope per curve, and return what was said; None where nothing was.

    Parameters
    ----------
    spec : Specification
        The study that the form describes.
    locked : bool
        Whether the study is already on show, so that nobody can improve a guess.
    """
    theme = theme_named(None)
    curves = [curve for curve in plan(spec).curves if curve.trained]
    asked = STATE.asked.own
    said = [*asked["guess"], *[None] * len(curves)] if spec.name == asked["preset"] else []
    guesses: list[float | None] = []
    for start in range(0, len(curves), _COLUMNS):
        row = range(start, min(start + _COLUMNS, len(curves)))
        for column, index in zip(st.columns(_COLUMNS), row, strict=False):
            with column:
                guesses.append(
                    st.number_input(
                        f"{style(index, theme).glyph} {curves[index].label}",
                        min_value=-10.0,
                        max_value=10.0,
                        value=said[index] if said else None,
                        step=0.05,
                        format="%.2f",
                        placeholder="slope",
                        key=STATE.key(guess_name(spec.name, index)),
                        disabled=locked,
                    )
                )
    return tuple(guesses)
