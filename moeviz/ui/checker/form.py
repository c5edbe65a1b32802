"""The form of a composed check."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from moeviz.fields import Value, read_texts
from moeviz.symbolic.request.compose import parameter_names, relation_latex
from moeviz.symbolic.request.selection import CHECK_FIELDS
from moeviz.ui.checker.link import OWN, RELATION
from moeviz.ui.checker.state import STATE
from moeviz.ui.shared.widgets import field_widget, show_fields


def compose_form() -> dict[str, Value]:
    """Show the form, and return what it says.

    Raises
    ------
    SpecificationError
        If a formula or a relation cannot be read.
    """
    fields = tuple(CHECK_FIELDS.values())
    others = [field for field in fields if field.name != RELATION]
    texts, said = STATE.says(OWN, fields)
    show_fields(STATE, OWN, others, said)
    values = read_texts(fields, texts)
    if CHECK_FIELDS[RELATION].applies(values):
        _relation(values)
    return values


def _relation(values: Mapping[str, Value]) -> None:
    """Show the text of a relation with the names that it may use."""
    names = parameter_names(values)
    st.markdown(
        "One term a line: a coefficient, a colon, and what to differentiate by. "
        "`p1 : p1` is $p_1\\,\\partial F / \\partial p_1$; the coefficient `?` asks for a constant."
        " Parameters: " + ", ".join(f"`{name}` is ${mark}$" for name, mark in names.items()) + "."
    )
    field_widget(STATE, OWN, CHECK_FIELDS[RELATION])
    st.markdown(f"${relation_latex(values, str(values[RELATION]))}$")
