"""The papers' rates as one table, each cell with the study that measures it."""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from moeviz.charts.rates import COLUMNS, column_of, covers, measured, measured_words
from moeviz.engine import Snapshot, UnknownJobError
from moeviz.study import FULL, PRESETS, SCHEMA, Specification
from moeviz.study.kept import kept_result
from moeviz.study.rates_table import RATE_ROWS, RateCell, RateRow
from moeviz.ui.form import PAPERS
from moeviz.ui.guard import plain
from moeviz.ui.link import write_link
from moeviz.ui.session import engine

LAB = "convergence"
"""The lab's address, as seen from a page beside it."""


def show_rates() -> None:
    """Show the table.

    Raises
    ------
    EngineError
        If the engine cannot tell which studies are finished.
    """
    cells: dict[str, list[str]] = {column: [] for column in COLUMNS}
    for row in RATE_ROWS:
        for column, texts in cells.items():
            texts.append(" ".join(cell_text(c) for c in row.cells if column_of(c) == column))
    frame = pd.DataFrame(cells, index=pd.Index([row_title(row) for row in RATE_ROWS], name="Gate"))
    st.table(frame, border="horizontal", alt="Claimed and measured rates by gate and expert")


def row_title(row: RateRow) -> str:
    """Return a row's heading: paper, gate and regime.

    Parameters
    ----------
    row : RateRow
    """
    paper = PAPERS.get(row.paper, row.paper)
    return plain(f"{paper}: {row.gate_words}, {row.regime_words}")


def cell_text(cell: RateCell) -> str:
    """Return a cell's content: the claim, its source, the study, and what was measured.

    Parameters
    ----------
    cell : RateCell
    """
    claim = f"**{plain(cell.claim)}** for {plain(cell.expert_words)} ({plain(cell.source)})."
    note = f" {plain(_sentence(cell.note))}" if cell.note else ""
    if not cell.preset:
        return claim + note
    return f"{claim}{note} {_measured(cell)} [Open the study]({study_address(cell)})."


def study_address(cell: RateCell) -> str:
    """Return the address of the lab with the cell's study in its form.

    Parameters
    ----------
    cell : RateCell
    """
    live, _ = _specifications(cell.preset, tuple(cell.settings.items()))
    return f"{LAB}?{urlencode(write_link(live, None), safe=',')}"


def _measured(cell: RateCell) -> str:
    kept = kept_result(cell.preset)
    if kept is not None and covers(kept["result"], cell):
        curve = measured(kept["result"], cell)
        if curve is not None:
            address = urlencode({"preset": cell.preset, "v": SCHEMA, "kept": 1})
            return (
                f"Measured: {plain(measured_words(curve))} "
                f"([kept result of {plain(kept['date'])}]({LAB}?{address}))."
            )
    for spec in reversed(_specifications(cell.preset, tuple(cell.settings.items()))):
        curve = _finished(spec, cell)
        if curve is not None:
            return f"Measured on this server: {plain(measured_words(curve))}."
    return "Not measured yet."


def _finished(spec: Specification, cell: RateCell) -> Any:
    try:
        snapshot = engine().snapshot(spec.hash)
    except UnknownJobError:
        return None
    if snapshot.state != "done":
        return None
    return measured(_result(spec.hash, snapshot.device, snapshot), cell)


@st.cache_resource(max_entries=64, show_spinner=False)
def _result(job_id: str, device: str, _snapshot: Snapshot) -> dict[str, Any]:
    return _snapshot.result()


@lru_cache(maxsize=256)
def _specifications(preset: str, settings: tuple[tuple[str, str], ...]) -> tuple[Any, ...]:
    """Return a cell's study in its live and, where there is one, its full size."""
    chosen = PRESETS[preset]
    changed = chosen.parse(dict(settings))
    sizes = [{}, *([chosen.at_size(FULL)] if FULL in chosen.sizes else [{}])]
    live, full = (chosen.build({**size, **changed}) for size in sizes)
    return live, full


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}" + ("" if text.endswith(".") else ".")
