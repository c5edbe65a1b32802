"""The form of a composed check."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import streamlit as st

from moeviz.errors import SpecificationError
from moeviz.model.constants import AnyConstant, TextConstant
from moeviz.symbolic.request.compose import parameter_names, relation_latex
from moeviz.symbolic.request.typed import LONGEST
from moeviz.ui.checker.fields import (
    CHOICES,
    CROWDED,
    NUMBERS,
    RELATION,
    Selection,
    choices,
    constants,
    first_selection,
    limits,
    relevant,
)
from moeviz.ui.checker.state import asked, check_key
from moeviz.ui.shared.guard import plain
from moeviz.ui.shared.symbols import plain_symbol

LABELS: Mapping[str, str] = {
    "router": "Router",
    "gate": "Gate",
    "expert": "Expert",
    "output": "Output",
    "dimension": "Dimension of the input",
    "atoms": "True atoms",
    "test": "What to test",
    "point": "Point",
    "order": "Highest order of derivatives",
    "seed": "Seed of the point",
    CROWDED: "Crowded cells",
}

_COLUMNS = 3

T = TypeVar("T")


def compose_form() -> Selection:
    """Show the form, and return what it says.

    Raises
    ------
    SpecificationError
        If a formula cannot be read.
    """
    start = {**first_selection(), **(asked().compose or {})}
    chosen: Selection = {}
    _in_columns(CHOICES, lambda name: chosen.update({name: _choice(name, start[name])}))
    numbers = [name for name in NUMBERS if relevant(name, chosen["test"])]
    _in_columns(numbers, lambda name: chosen.update({name: _number(name, start[name])}))
    if relevant(CROWDED, chosen["test"]):
        chosen[CROWDED] = _crowded(chosen["atoms"], start[CROWDED])
    own = constants(chosen)
    _in_columns(own, lambda c: chosen.update({c.name: _constant(c, start.get(c.name, c.default))}))
    # A text is read here, where its error can be mended; the rest only once it is to be decided.
    for constant in own:
        if isinstance(constant, TextConstant):
            chosen[constant.name] = constant.read(chosen[constant.name])
    if relevant(RELATION, chosen["test"]):
        chosen[RELATION] = _relation(chosen, start[RELATION])
    return chosen


def _relation(chosen: Selection, start: str) -> str:
    """Show the text of a relation with the names that it may use, and return it."""
    names = parameter_names(chosen)
    st.markdown(
        "One term a line: a coefficient, a colon, and what to differentiate by. "
        "`p1 : p1` is $p_1\\,\\partial F / \\partial p_1$; the coefficient `?` asks for a constant."
        " Parameters: " + ", ".join(f"`{name}` is ${mark}$" for name, mark in names.items()) + "."
    )
    text: str = st.text_area(
        "Relation between derivatives that should be zero",
        value=start or "p1 : p1",
        max_chars=LONGEST,
        height=120,
        key=check_key(RELATION),
    )
    st.markdown(f"${relation_latex(chosen, text)}$")
    return text


def _in_columns(fields: Sequence[T], show: Callable[[T], None]) -> None:
    for row in range(0, len(fields), _COLUMNS):
        group = fields[row : row + _COLUMNS]
        for column, field in zip(st.columns(_COLUMNS), group, strict=False):
            with column:
                show(field)


def _choice(name: str, value: str) -> str:
    known = choices(name)
    names = list(known)
    chosen: str = st.selectbox(
        LABELS[name],
        names,
        index=names.index(value),
        format_func=known.__getitem__,
        key=check_key(name),
    )
    return chosen


def _number(name: str, value: int) -> int:
    low, high = limits(name)
    return int(
        st.number_input(
            LABELS[name],
            min_value=low,
            max_value=high,
            value=min(high, max(low, value)),
            step=1,
            key=check_key(name),
        )
    )


def _crowded(atoms: int, start: Sequence[int]) -> list[int]:
    cells = list(range(1, atoms + 1))
    chosen = st.multiselect(
        LABELS[CROWDED],
        cells,
        default=[cell for cell in start if cell in cells] or cells[:1],
        format_func=lambda cell: f"Cell {cell}",
        help="True atoms that more than one fitted atom gathers around.",
        key=check_key(f"crowded.{atoms}"),
    )
    if not chosen:
        raise SpecificationError(
            "Expected at least one crowded cell for the second-order cone, but none is chosen; "
            "choose one."
        )
    return sorted(chosen)


def _constant(constant: AnyConstant, value: Any) -> Any:
    mark = plain_symbol(constant.symbol)
    label = constant.label or constant.name
    label = f"{label} ({mark})" if mark and mark not in label else label
    key = check_key(constant.name)
    if isinstance(constant, TextConstant):
        return st.text_input(plain(label), value=str(value), help=constant.help, key=key)
    if constant.whole:
        return st.number_input(
            plain(label),
            min_value=int(constant.low),
            max_value=int(constant.high),
            value=int(value),
            step=1,
            help=constant.help,
            key=key,
        )
    return st.number_input(
        plain(label),
        min_value=float(constant.low),
        max_value=float(constant.high),
        value=float(value),
        step=0.05,
        format="%g",
        help=constant.help,
        key=key,
    )
