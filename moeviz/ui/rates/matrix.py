"""The matrix of rates, drawn by the browser: filters, cells and the open cell ask for no answer.

The server hears of each change and keeps it in the address, which is all that it has to do.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from moeviz.charts.glossary import split_at_terms
from moeviz.charts.palette import THEMES
from moeviz.charts.rates import rates_matrix
from moeviz.study import PRESETS
from moeviz.text import json_text
from moeviz.ui import shared
from moeviz.ui.lab.link import LAB, request_for
from moeviz.ui.rates.link import MATRIX, STATE, take, view
from moeviz.ui.shared.component import declared
from moeviz.ui.shared.navigation import ADDRESSES, CHECKER, CONVERGENCE
from moeviz.ui.shared.studies import study_label
from moeviz.ui.shared.terms import MEANINGS

_LAB, _CHECKER = ADDRESSES[CONVERGENCE], ADDRESSES[CHECKER]
"""Addresses as seen from a page beside them."""

_HUES = {"half": 0, "quarter": 3, "slow": 1, "other": 4}
"""Which of a theme's colours each kind of claim has."""

_HTML = """
<section class="moeviz-rates">
  <div class="rates-bar"></div>
  <p class="rates-notice" role="status"></p>
  <div class="rates-frame"></div>
  <p class="rates-legend"></p>
  <div class="rates-try"></div>
</section>
"""

_OF_TERMS = Path(shared.__file__).with_name("terms.css")

_matrix = declared(__file__, _HTML, _OF_TERMS)


def matrix() -> None:
    """Show the matrix as the page's state says, and hear what is changed there."""
    _matrix(
        key=MATRIX,
        data={
            "matrix": matrix_text(),
            "meanings": MEANINGS.path(),
            "view": json_text(view(), compact=True),
            # Another one where the address has set the page anew.
            "generation": STATE.key(""),
        },
        default={"view": None},
        on_view_change=_take,
    )


def _take() -> None:
    take(st.session_state[MATRIX].get("view"))


@lru_cache(maxsize=1)
def matrix_text() -> str:
    """Return :func:`rates_matrix` with what a browser needs besides, as JSON.

    Colours, the addresses that cells lead to, and by sentence its pieces, where a piece that is a
    word of the glossary comes with the word's id before it.
    """
    made = dict(rates_matrix())
    rows = [{**row, "cells": [with_links(cell) for cell in row["cells"]]} for row in made["rows"]]
    colours = {
        name: {kind: theme.curves[_HUES[kind]] for kind in made["kinds"]}
        for name, theme in THEMES.items()
    }
    split = {text: split_at_terms(text) for row in rows for text in _sentences(row["cells"])}
    terms = {text: parts for text, parts in split.items() if parts != [text]}
    made |= {"rows": rows, "colours": colours, "terms": terms}
    return json_text(made, compact=True)


def _sentences(cells: list[dict[str, Any]]) -> Iterator[str]:
    """Return what open cells say in sentences, in which words of the glossary are marked."""
    for cell in cells:
        measured = cell["measured"] or {}
        yield from (cell["together"], cell["why_not"], cell["needs"])
        yield from (measured.get(part, "") for part in ("words", "note"))
        yield from (claim["says"] for claim in cell["claims"])


def with_links(cell: dict[str, Any]) -> dict[str, Any]:
    """Return a cell with the addresses of its studies and of its claims.

    Parameters
    ----------
    cell : dict
        As :func:`moeviz.charts.rates.rates_cell` returns it.
    """
    claims = [
        {**claim, "href": f"{_CHECKER}?{urlencode({'claim': claim['claim'], 'v': 1})}"}
        for claim in cell["claims"]
    ]
    others = [
        {
            **one,
            "title": study_label(one["preset"]),
            "href": kept_address(one["preset"], one["curve"]),
        }
        for one in cell["elsewhere"]
    ]
    return {
        **cell,
        "study": study_address(cell["preset"], cell["settings"]),
        "kept": kept_address(cell["preset"], cell["curve"]) if cell["measured"] else "",
        "claims": claims,
        "elsewhere": others,
    }


def study_address(name: str, settings: dict[str, str]) -> str:
    """Return the address of the lab with a cell's study in its form.

    Parameters
    ----------
    name : str
        A preset's name.
    settings : dict
        Fields, as text, in which the study differs from it.
    """
    preset = PRESETS[name]
    spec = preset.build(preset.parse(settings))
    return f"{_LAB}?{urlencode(LAB.write(request_for(spec)), safe=',')}"


def kept_address(name: str, curve: dict[str, str]) -> str:
    """Return the address of the lab with a curve of a preset's kept result on show.

    Parameters
    ----------
    name : str
        A preset's name.
    curve : dict
        Fields, as text, which ask for the curve.
    """
    preset = PRESETS[name]
    spec = preset.build(preset.parse(curve))
    return f"{_LAB}?{urlencode(LAB.write(request_for(spec, kept=True)), safe=',')}"
