"""What the hand moves while a study follows: τ₁, τ₂ and the noise σ, a slider each."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, cast

import streamlit as st

from moeviz.fields import Field
from moeviz.study import PRESETS, Preset
from moeviz.study.fields import MODEL
from moeviz.text import json_text
from moeviz.ui.lab.form import change_form, form_values
from moeviz.ui.lab.link import form_fields
from moeviz.ui.shared.component import declared
from moeviz.ui.shared.symbols import plain_symbol

HAND = "lab.hand"
"""Key of the row."""

_LEAST = 1e-3
_MANTISSAS = (1, 2, 5)

_hand = declared(__file__, '<div class="moeviz-hand" role="group" aria-label="Follow"></div>')


def hand(preset: Preset, values: Mapping[str, Any], words: str) -> None:
    """Show the row; a slider that has come to rest sets the form.

    Parameters
    ----------
    preset : Preset
        The one chosen in the form.
    values : mapping
        What the form says.
    words : str
        What stands below the sliders; may be empty.
    """
    sliders = [
        {
            "field": field.name,
            "symbol": plain_symbol(field.symbol) or field.symbol,
            "label": field.label,
            "steps": steps(field, values[field.name]),
            "says": written(field, values[field.name]),
        }
        for field in moved_fields(preset, values)
    ]
    _hand(
        key=HAND,
        data={"sliders": json_text(sliders, compact=True), "words": words},
        on_moved_change=partial(_move, preset.name),
    )


def moved_fields(preset: Preset, values: Mapping[str, Any]) -> list[Field]:
    """Return the numbers of a study's model that are no counts.

    Parameters
    ----------
    preset : Preset
    values : mapping
        What the form says.
    """
    return [
        field
        for field in form_fields(preset.name)
        if field.kind == "float" and field.group == MODEL and field.applies(values)
    ]


def steps(field: Field, value: float) -> list[str]:
    """Return where a field's slider can stand: round numbers, and where it stands now.

    Few places, so that who comes back to one meets a study that is known already.

    Parameters
    ----------
    field : Field
        A number.
    value : float
        What it is now.

    Returns
    -------
    list of str
        As :func:`written` has them, ascending.
    """
    round_ones = (m * 10.0**power for power in range(-3, 4) for m in _MANTISSAS)
    places = {float(field.write(each)) for each in round_ones if each >= _LEAST}
    inside = {each for each in places if field.low <= each <= field.high}
    least = {0.0} if field.low == 0 else set()
    return [written(field, each) for each in sorted(inside | least | {float(value)})]


def written(field: Field, value: float) -> str:
    """Return a number as its field writes it, a whole one without decimals."""
    return field.write(value).removesuffix(".0")


def _move(name: str) -> None:
    """Set the form as a slider stands; what no slider offered changes nothing."""
    moved = st.session_state[HAND].get("moved")
    if isinstance(moved, dict):
        move(PRESETS[name], str(moved.get("field", "")), str(moved.get("text", "")))


def move(preset: Preset, name: str, text: str) -> None:
    """Set what one slider moves; for a callback.

    Parameters
    ----------
    preset : Preset
        The one chosen in the form.
    name, text : str
        The field, and one of its :func:`steps`.
    """
    values = form_values(preset)
    for field in moved_fields(preset, values):
        if field.name == name and text in steps(field, cast("float", values[name])):
            change_form(preset, {name: field.read(text)})
