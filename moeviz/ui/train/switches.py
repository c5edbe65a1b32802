"""The methods of a comparison as buttons, each of which turns one on or off."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import streamlit as st

from moeviz.text import json_text
from moeviz.train.reference import REFERENCES
from moeviz.train.routers import ROUTERS
from moeviz.ui.shared.component import declared
from moeviz.ui.train.form import (
    change_form,
    form_values,
    method_lines,
    method_title,
    offered_lines,
)

KEY = "train.switches"

_switches = declared(
    __file__, '<div class="moeviz-switches" role="group" aria-label="Methods to compare"></div>'
)


def switches(preset: str, values: Mapping[str, Any]) -> None:
    """Show the methods.

    Parameters
    ----------
    preset : str
        The one chosen in the form.
    values : mapping
        What the form says.
    """
    on = method_lines(values)
    methods = [
        {
            "line": line,
            "title": method_title(preset, line),
            "does": _does(line.split()[0]),
            "on": line in on,
        }
        for line in offered_lines(preset, values)
    ]
    _switches(
        key=KEY,
        data={"methods": json_text(methods, compact=True)},
        on_switched_change=partial(_take, preset),
    )


def _does(name: str) -> str:
    if name in ROUTERS:
        return ROUTERS[name].does
    return REFERENCES[name].does if name in REFERENCES else ""


def _take(preset: str) -> None:
    line = st.session_state[KEY].get("switched")
    values = form_values(preset)
    offered, on = offered_lines(preset, values), method_lines(values)
    if line not in offered:
        return
    lines = [each for each in offered if (each in on) != (each == line)]
    if not lines:
        st.toast("At least one method stays on.")
        return
    change_form(preset, {"methods": "\n".join(lines)})
