"""Commit a prediction: the class says how steep each line will be before anybody computes it."""

from __future__ import annotations

import streamlit as st

from moeviz.charts.chosen import short_names
from moeviz.charts.palette import style, theme_named
from moeviz.study import PRESETS, Preset, Specification, plan
from moeviz.ui.lab.drawn import Guesses
from moeviz.ui.lab.form import guess_name, said_guesses
from moeviz.ui.lab.state import STATE, job
from moeviz.ui.shared.guard import plain

PREDICT = "lab.predict"
"""Key of what opens and shuts."""

_BEGAN = "lab.guesses.began"
"""Key of what each widget began with: one that begins otherwise is another for the browser."""

_WIDTH = 220


def predict(preset: Preset, spec: Specification) -> Guesses:
    """Ask for a prediction, and return what was predicted for each curve.

    Widgets are made only for those who look at them: they would be a fifth of every run.

    Parameters
    ----------
    preset : Preset
    spec : Specification
        The study that the form describes.
    """
    locked = job() == spec.hash
    labels = [curve.label for curve in plan(spec).curves if curve.trained]
    said = said_guesses(PRESETS[spec.name], labels)
    guessed = any(guess is not None for guess in said)
    title = "Predict" if not locked else "Predicted" if guessed else "Predictions"
    with st.popover(title, key=PREDICT, on_change="rerun") as opened:
        if opened.open:
            st.markdown(plain(preset.question))
            _ask(spec, locked)
    return said_guesses(PRESETS[spec.name], labels)


def guesses_of(guesses: Guesses, asked: Specification, shown: Specification) -> Guesses:
    """Return what was predicted of the curves of a study, whose form may ask for others.

    Parameters
    ----------
    guesses : sequence of float or None
        What was predicted, curve by curve of the form's study.
    asked : Specification
        What the form says.
    shown : Specification
        The study on show.
    """
    said = dict(zip((curve.key for curve in plan(asked).curves), guesses, strict=False))
    return tuple(said.get(curve.key) for curve in plan(shown).curves if curve.trained)


def _ask(spec: Specification, locked: bool) -> None:
    """Ask for a slope per curve.

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
    said = said_guesses(PRESETS[spec.name], [curve.label for curve in curves])
    began: dict[str, float | None] = st.session_state.setdefault(_BEGAN, {})
    # One row that wraps: a grid of columns costs a message each.
    with st.container(horizontal=True):
        for index, (curve, guess) in enumerate(zip(curves, said, strict=True)):
            key = STATE.key(guess_name(spec.name, curve.label))
            if key not in st.session_state:
                began[key] = guess
            st.number_input(
                f"{style(index, theme).glyph} {names[index]}",
                min_value=-10.0,
                max_value=10.0,
                value=began.get(key),
                step=0.05,
                format="%.2f",
                placeholder="below 0: falls",
                key=key,
                disabled=locked,
                help=curve.label,
                width=_WIDTH,
            )
