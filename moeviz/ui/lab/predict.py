"""Commit a prediction: the class says how steep each line will be before anybody computes it."""

from __future__ import annotations

import streamlit as st

from moeviz.charts.chosen import short_names
from moeviz.charts.palette import style, theme_named
from moeviz.study import PRESETS, Preset, Specification, plan
from moeviz.ui.lab.drawn import Guesses
from moeviz.ui.lab.form import guess_name, said_guesses
from moeviz.ui.lab.named import named
from moeviz.ui.lab.state import STATE, job
from moeviz.ui.shared.guard import plain

PREDICT = "lab.predict"
"""Key of what opens and shuts."""

_BEGAN = "lab.guesses.began"
"""Key of what each widget began with: one that begins otherwise is another for the browser."""

_MADE = "lab.guesses.made"
"""Key of the study in whose form something was last predicted, with all that was."""

_WIDTH = 220

_Made = tuple[Specification, dict[str, float | None]]


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
    said = said_guesses(PRESETS[spec.name], labels)
    _remember(spec, dict(zip(labels, said, strict=True)))
    return said


def predicted_for(shown: Specification) -> str:
    """Say for which settings was predicted, where a study has others; else nothing.

    Parameters
    ----------
    shown : Specification
        The study on show.
    """
    made: _Made | None = st.session_state.get(_MADE)
    if made is None or made[0].name != shown.name:
        return ""
    other = named(made[0], shown)
    return f"Your prediction was made for {other}." if other else ""


def _remember(spec: Specification, said: dict[str, float | None]) -> None:
    """Note what is predicted of which curve, and in which study somebody has last said so."""
    made: _Made | None = st.session_state.get(_MADE)
    same = made is not None and made[0].name == spec.name
    before = made[1] if made is not None and same else {}
    if any(said[label] != before.get(label) for label in said):
        st.session_state[_MADE] = (spec, {**before, **said})


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
