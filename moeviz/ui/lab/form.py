"""The form of a study: what its widgets say, and how to change it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from itertools import count, takewhile

import streamlit as st

from moeviz.fields import Value
from moeviz.study import PRESETS, Preset, Specification
from moeviz.ui.lab.link import form_fields
from moeviz.ui.lab.state import STATE, job
from moeviz.ui.shared.link import Request
from moeviz.ui.shared.widgets import show_fields


def settings(preset: Preset) -> None:
    """Show a widget for each field that applies.

    Parameters
    ----------
    preset : Preset
        Where the fields, their limits and their defaults come from.
    """
    show_fields(STATE, preset.name, form_fields(preset.name), form_values(preset))


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


def form_guesses(preset: Preset) -> tuple[float | None, ...]:
    """Return what the form says that the visitor predicted.

    Parameters
    ----------
    preset : Preset
    """
    keys = (STATE.key(guess_name(preset.name, index)) for index in count())
    shown = takewhile(lambda key: key in st.session_state, keys)
    return tuple(st.session_state[key] for key in shown)


def guess_name(preset: str, index: int) -> str:
    """Return the name of the widget for the guess of a curve.

    Parameters
    ----------
    preset : str
        A preset's name.
    index : int
        The curve's place in the result.
    """
    return f"{preset}.guess.{index}"


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
    own = {"preset": preset.name, "job": job(), "guess": form_guesses(preset), "kept": kept}
    STATE.restore(Request(own, {**form_values(preset), **changes}))
