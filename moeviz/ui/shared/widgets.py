"""Widgets made from fields: one function for all kinds, and the layout of a form."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import groupby
from typing import Any

import streamlit as st

from moeviz.errors import SpecificationError
from moeviz.fields import Field, Values
from moeviz.ui.shared.form import FormState
from moeviz.ui.shared.symbols import plain_symbol

_COLUMNS = 3


def show_fields(
    state: FormState, form: str, fields: Sequence[Field], values: Values, level: int = 4
) -> None:
    """Show a widget for each field that applies: what is basic first, the others on demand.

    Parameters
    ----------
    state : FormState
    form : str
        The form's name.
    fields : sequence of Field
    values : mapping
        What the form says.
    level : int
        Of the groups' headings.
    """
    shown = [field for field in fields if field.applies(values)]
    _groups(state, form, [field for field in shown if field.basic], level)
    others = [field for field in shown if not field.basic]
    if others:
        with st.expander("More settings"):
            _groups(state, form, others, level)


def field_widget(state: FormState, form: str, field: Field) -> None:
    """Show the widget of a field.

    Parameters
    ----------
    state : FormState
    form : str
        The form's name.
    field : Field
    """
    label, hint = _label(field), _hint(field) or None
    key, start = state.begin(form, field)
    # A browser that knew how long a text may be would cut what is pasted, and say nothing.
    if field.kind == "lines":
        st.text_area(label, start, key=key, help=hint, height=120)
    elif field.kind in ("text", "sizes"):
        st.text_input(label, start, key=key, help=hint)
    elif field.kind in ("int", "float"):
        _number(field, _value(field, start), label, key, hint)
    elif field.kind == "cells":
        cells = range(1, state.count(form, field) + 1)
        st.multiselect(label, cells, _value(field, start), format_func=_cell, key=key, help=hint)
    elif field.kind == "choices":
        st.multiselect(
            label, field.options, _value(field, start), format_func=field.title, key=key, help=hint
        )
    else:
        place = field.options.index(_value(field, start))
        st.selectbox(label, field.options, place, format_func=field.title, key=key, help=hint)


def _groups(state: FormState, form: str, fields: Sequence[Field], level: int) -> None:
    for group, members in groupby(fields, key=lambda field: field.group):
        st.markdown(f"{'#' * level} {group}")
        row = list(members)
        for begin in range(0, len(row), _COLUMNS):
            part = row[begin : begin + _COLUMNS]
            for column, field in zip(st.columns(_COLUMNS), part, strict=False):
                with column:
                    field_widget(state, form, field)


def _value(field: Field, text: str) -> Any:
    """Return what a text stands for; an emptied list, which is no value, starts as at first."""
    try:
        return field.read(text)
    except SpecificationError:
        return field.default


def _number(field: Field, start: float, label: str, key: str, hint: str | None) -> None:
    if field.kind == "int":
        st.number_input(
            label,
            min_value=int(field.low),
            max_value=int(field.high),
            value=int(start),
            step=1,
            format="%d",
            key=key,
            help=hint,
        )
        return
    st.number_input(
        label,
        min_value=float(field.low),
        max_value=float(field.high),
        value=float(start),
        step=_step(float(field.default)),  # type: ignore[arg-type]
        format="%g",
        key=key,
        help=hint,
    )


def _cell(cell: int) -> str:
    return f"Cell {cell}"


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
        return f"{field.help} From {field.low:,g} to {field.high:,g}.".strip()
    return field.help


def _step(default: float) -> float:
    return 0.5 * 10.0 ** math.floor(math.log10(default)) if default > 0 else 0.1
