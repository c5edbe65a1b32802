"""The form of a study: widgets made from a preset's fields."""

from __future__ import annotations

import math
from typing import Any

import streamlit as st

from moeviz.study import PRESETS, Field, Preset, Specification
from moeviz.ui.state import leave_study, request, widget_key
from moeviz.ui.symbols import plain_symbol

_COLUMNS = 3


def choose_preset() -> Preset:
    """Let the visitor choose among the presets."""
    names = list(PRESETS)
    name = st.radio(
        "Study",
        names,
        index=names.index(request().preset),
        label_visibility="collapsed",
        format_func=lambda name: PRESETS[name].title,
        key=widget_key("preset"),
        horizontal=True,
        on_change=leave_study,
    )
    return PRESETS[name]


def settings(preset: Preset) -> dict[str, str]:
    """Show one widget per field, and return what they hold, as text.

    Parameters
    ----------
    preset : Preset
        Where the fields, their limits and their defaults come from.
    """
    texts: dict[str, str] = {}
    for start in range(0, len(preset.fields), _COLUMNS):
        row = preset.fields[start : start + _COLUMNS]
        for column, field in zip(st.columns(_COLUMNS), row, strict=False):
            with column:
                texts[field.name] = _widget(preset, field)
    return texts


def specification(preset: Preset, texts: dict[str, str]) -> Specification:
    """Return the study that the form describes.

    Raises
    ------
    SpecificationError
        If a value is not one of its field, or the study is not one that can be run.
    """
    return preset.build(preset.parse(texts))


def _widget(preset: Preset, field: Field) -> str:
    key = widget_key(f"{preset.name}.{field.name}")
    start = field.write(field.default)
    if preset.name == request().preset:
        start = request().texts[field.name]
    if field.kind == "sizes":
        return st.text_input(_label(field), start, key=key, help=_hint(field), max_chars=400)
    value: Any = field.read(start)
    if field.kind == "choice":
        place = field.choices.index(value)
        return str(st.selectbox(_label(field), field.choices, place, key=key, help=_hint(field)))
    if field.kind == "choices":
        chosen = st.multiselect(_label(field), field.choices, value, key=key, help=_hint(field))
        return field.write(tuple(chosen))
    return _number(field, value, key)


def _number(field: Field, start: float, key: str) -> str:
    whole = field.kind == "int"
    value = st.number_input(
        _label(field),
        min_value=int(field.low) if whole else float(field.low),
        max_value=int(field.high) if whole else float(field.high),
        value=start,
        step=1 if whole else _step(float(field.default)),  # type: ignore[arg-type]
        format="%d" if whole else "%g",
        key=key,
        help=_hint(field),
    )
    return "" if value is None else field.write(value)


def _label(field: Field) -> str:
    # Screen readers are given the label as it is written here, so a symbol in plain characters
    # serves them better than one in LaTeX.
    symbol = plain_symbol(field.symbol)
    return f"{field.label} {f'${field.symbol}$' if symbol is None else symbol}".strip()


def _hint(field: Field) -> str:
    if field.kind == "sizes":
        limits = f"Whole numbers from {field.low:,.0f} to {field.high:,.0f}, separated by commas."
        return f"{field.help} {limits}"
    if field.kind in ("int", "float"):
        return f"{field.help} From {field.low:,g} to {field.high:,g}."
    return field.help


def _step(default: float) -> float:
    return 0.5 * 10.0 ** math.floor(math.log10(default)) if default > 0 else 0.1
