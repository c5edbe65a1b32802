"""The form of a study: widgets made from a preset's fields."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from itertools import count, groupby, takewhile
from typing import Any

import streamlit as st

from moeviz.errors import SpecificationError
from moeviz.fields import Field, Value
from moeviz.study import PRESETS, Preset, Specification
from moeviz.study.fields import FIELDS
from moeviz.ui.lab.link import Request
from moeviz.ui.lab.state import job, request, restore, widget_key
from moeviz.ui.shared.symbols import plain_symbol

_COLUMNS = 3


def settings(preset: Preset) -> None:
    """Show one widget per field under its group's heading.

    Parameters
    ----------
    preset : Preset
        Where the fields, their limits and their defaults come from.
    """
    for group, members in groupby(form_fields(preset), key=lambda field: field.group):
        st.markdown(f"#### {group}")
        fields = list(members)
        for start in range(0, len(fields), _COLUMNS):
            row = fields[start : start + _COLUMNS]
            for column, field in zip(st.columns(_COLUMNS), row, strict=False):
                with column:
                    _widget(preset, field)


def form_fields(preset: Preset) -> tuple[Field, ...]:
    """Return a preset's fields; put together once, for there are many.

    Parameters
    ----------
    preset : Preset
    """
    return _fields(preset.name, len(FIELDS))


@lru_cache(maxsize=64)
def _fields(name: str, _count: int) -> tuple[Field, ...]:
    return PRESETS[name].fields


def form_texts(preset: Preset) -> dict[str, str]:
    """Return what the form's widgets hold, as text, whether or not they are drawn yet.

    Parameters
    ----------
    preset : Preset
    """
    return {field.name: _held(preset, field) for field in form_fields(preset)}


def specification(preset: Preset, texts: Mapping[str, str]) -> Specification:
    """Return the study that the form describes.

    Raises
    ------
    SpecificationError
        If a value is not one of its field, or the study is not one that can be run.
    """
    return _specification(preset.name, tuple(texts.items()))


@lru_cache(maxsize=256)
def _specification(name: str, texts: tuple[tuple[str, str], ...]) -> Specification:
    preset = PRESETS[name]
    return preset.build(preset.parse(dict(texts)))


def form_values(preset: Preset) -> dict[str, Value]:
    """Return what the form's widgets say at this moment; the default where that is nonsense.

    Parameters
    ----------
    preset : Preset
    """
    values = {}
    for field in form_fields(preset):
        try:
            values[field.name] = field.read(_held(preset, field))
        except SpecificationError:
            values[field.name] = field.default
    return values


def form_guesses(preset: Preset) -> tuple[float | None, ...]:
    """Return what the form says that the visitor predicted.

    Parameters
    ----------
    preset : Preset
    """
    keys = (widget_key(guess_name(preset.name, index)) for index in count())
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


def change_form(preset: Preset, changes: Mapping[str, Value]) -> None:
    """Set the form to what it says with some fields changed; a new generation of widgets.

    Parameters
    ----------
    preset : Preset
        The one chosen in the form.
    changes : mapping of str to Value
        Values by field.
    """
    values = {**form_values(preset), **changes}
    texts = {field.name: field.write(values[field.name]) for field in form_fields(preset)}
    restore(Request(preset.name, texts, job(), form_guesses(preset)))


def _key(preset: Preset, field: Field) -> str:
    return widget_key(f"{preset.name}.{field.name}")


def _held(preset: Preset, field: Field) -> str:
    key = _key(preset, field)
    known = key in st.session_state
    return _text(field, st.session_state[key]) if known else _start(preset, field)


def _start(preset: Preset, field: Field) -> str:
    if preset.name == request().preset:
        return request().texts[field.name]
    return field.write(field.default)


def _text(field: Field, value: Any) -> str:
    """Return what a field's widget holds as text."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return field.write(tuple(value) if field.kind == "choices" else value)


def _widget(preset: Preset, field: Field) -> None:
    key = _key(preset, field)
    start = _start(preset, field)
    if field.kind not in ("int", "float", "choice", "choices"):
        st.text_input(_label(field), start, key=key, help=_hint(field), max_chars=400)
        return
    value: Any = field.read(start)
    if field.kind == "choice":
        place = field.options.index(value)
        st.selectbox(_label(field), field.options, place, key=key, help=_hint(field))
    elif field.kind == "choices":
        st.multiselect(_label(field), field.options, value, key=key, help=_hint(field))
    else:
        _number(field, value, key)


def _number(field: Field, start: float, key: str) -> None:
    whole = field.kind == "int"
    st.number_input(
        _label(field),
        min_value=int(field.low) if whole else float(field.low),
        max_value=int(field.high) if whole else float(field.high),
        value=start,
        step=1 if whole else _step(float(field.default)),  # type: ignore[arg-type]
        format="%d" if whole else "%g",
        key=key,
        help=_hint(field),
    )


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
