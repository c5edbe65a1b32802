"""The form of a study: what its widgets say, and how to change it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import cast

import streamlit as st

from moeviz.errors import MoevizError
from moeviz.fields import Value
from moeviz.study import PRESETS, Preset, Specification, plan
from moeviz.ui.lab.link import form_fields
from moeviz.ui.lab.state import STATE, follows, job, pins
from moeviz.ui.shared.link import Request


def form_preset() -> Preset:
    """Return the preset whose form it is."""
    return PRESETS[STATE.asked.own["preset"]]


_COMPARED = ("routers", "gates", "experts")
_ASKED_ABOUT = ("output", "data_router", "data_gate")
"""Fields of which a preset's question speaks; those that list what it compares come first."""


def own_model(preset: Preset, values: Mapping[str, Value]) -> bool:
    """Return whether a form's model is another than the preset's, whose question is not its own.

    A part of what the preset compares is still the preset's.

    Parameters
    ----------
    preset : Preset
    values : mapping of str to Value
        What the form says.
    """
    default = preset.defaults
    more = any(_names(values, name) - _names(default, name) for name in _COMPARED)
    return more or any(values[name] != default[name] for name in _ASKED_ABOUT)


def _names(values: Mapping[str, Value], field: str) -> set[str]:
    return set(cast("tuple[str, ...]", values[field]))


def heading(preset: Preset, values: Mapping[str, Value]) -> str:
    """Return the question that the study of a form answers.

    Parameters
    ----------
    preset : Preset
    values : mapping of str to Value
        What the form says.
    """
    return (PRESETS["lab"] if own_model(preset, values) else preset).asks


def form_study(preset: Preset) -> Specification:
    """Return the study that the form describes, whether or not its widgets are drawn yet.

    Parameters
    ----------
    preset : Preset
        The one chosen in the form.

    Raises
    ------
    SpecificationError
        If a value is not one of its field, or the study is not one that can be run.
    """
    return _study(preset.name, tuple(STATE.texts(preset.name, form_fields(preset.name)).items()))


@lru_cache(maxsize=256)
def _study(name: str, texts: tuple[tuple[str, str], ...]) -> Specification:
    preset = PRESETS[name]
    return preset.build(preset.parse(dict(texts)))


def form_values(preset: Preset) -> dict[str, Value]:
    """Return what the form's widgets say at this moment; the default where that is nonsense.

    Parameters
    ----------
    preset : Preset
    """
    return STATE.values(preset.name, form_fields(preset.name))


def guess_name(preset: str, label: str) -> str:
    """Return the name of the widget for the guess of a curve.

    A guess belongs to its curve: where another model takes the curve's place in the study, it is
    not the other's guess.

    Parameters
    ----------
    preset : str
        A preset's name.
    label : str
        The curve's.
    """
    return f"{preset}.guess.{label}"


def asked_guesses(preset: Preset) -> dict[str, float | None]:
    """Return what the form's guesses started from, by the curve's label.

    Parameters
    ----------
    preset : Preset
    """
    asked = STATE.asked
    if asked.own["preset"] != preset.name:
        return {}
    return dict(zip(curve_labels(preset, asked.values), asked.own["guess"], strict=False))


_GUESSES = "lab.guesses"
"""Key of what was guessed in this visit, by the key of the widget, which is not always drawn."""


def said_guesses(preset: Preset, labels: Sequence[str]) -> tuple[float | None, ...]:
    """Return what is guessed of some curves at this moment, whether or not it can be changed now.

    Parameters
    ----------
    preset : Preset
    labels : sequence of str
        The curves'.
    """
    held: dict[str, float | None] = st.session_state.setdefault(_GUESSES, {})
    asked = asked_guesses(preset)
    said = []
    for label in labels:
        key = STATE.key(guess_name(preset.name, label))
        if key in st.session_state:
            held[key] = st.session_state[key]
        said.append(held.get(key, asked.get(label)))
    return tuple(said)


def curve_labels(preset: Preset, values: Mapping[str, Value]) -> tuple[str, ...]:
    """Return the labels of a study's curves; none of a study that cannot be run.

    Parameters
    ----------
    preset : Preset
    values : mapping of str to Value
        What a form says.
    """
    return _labels(preset.name, tuple(values.items()))


@lru_cache(maxsize=256)
def _labels(name: str, items: tuple[tuple[str, Value], ...]) -> tuple[str, ...]:
    try:
        spec = PRESETS[name].build(dict(items))
    except MoevizError:
        return ()
    return tuple(curve.label for curve in plan(spec).curves if curve.trained)


def _guesses_of(preset: Preset, labels: Sequence[str]) -> tuple[float | None, ...]:
    """Return the guesses of some curves, wherever they stood in the form."""
    said = said_guesses(preset, labels)
    return said if any(guess is not None for guess in said) else ()


def change_form(preset: Preset, changes: Mapping[str, Value], kept: bool = False) -> None:
    """Set the form to what it says with some fields changed; a new generation of widgets.

    Parameters
    ----------
    preset : Preset
        The one chosen in the form.
    changes : mapping of str to Value
        Values by field.
    kept : bool
        Whether the kept full-size result is to be on show.
    """
    values = {**form_values(preset), **changes}
    own = {
        "preset": preset.name,
        "job": job(),
        "guess": _guesses_of(preset, curve_labels(preset, values)),
        "kept": kept,
        "pins": pins(),
        "follow": follows(),
    }
    wrong = STATE.unread(preset.name, form_fields(preset.name))
    STATE.restore(Request(own, values), {f: t for f, t in wrong.items() if f not in changes})
