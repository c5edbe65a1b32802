"""Commit a prediction: the class says how steep each line will be before anybody computes it."""

from __future__ import annotations

import streamlit as st

from moeviz.charts.chosen import short_names
from moeviz.charts.palette import style, theme_named
from moeviz.study import PRESETS, Specification, plan
from moeviz.ui.lab.form import asked_guesses, guess_name
from moeviz.ui.lab.state import STATE

_WIDTH = 220


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
    planned = plan(spec).curves
    names = short_names(planned)
    curves = [curve for curve in planned if curve.trained]
    asked = asked_guesses(PRESETS[spec.name])
    guesses: list[float | None] = []
    # One row that wraps: a grid of columns costs a message each, with every run of the page.
    with st.container(horizontal=True):
        for index, curve in enumerate(curves):
            guesses.append(
                st.number_input(
                    f"{style(index, theme).glyph} {names[index]}",
                    min_value=-10.0,
                    max_value=10.0,
                    value=asked.get(curve.label),
                    step=0.05,
                    format="%.2f",
                    placeholder="below 0: falls",
                    key=STATE.key(guess_name(spec.name, curve.label)),
                    disabled=locked,
                    help=curve.label,
                    width=_WIDTH,
                )
            )
    return tuple(guesses)
