"""The papers' rates as one table, each cell with the study that measures it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from moeviz.charts.rates import (
    COLUMNS,
    alike,
    column_of,
    covers,
    curve_of,
    measured,
    measured_words,
    reconciled,
    study_words,
)
from moeviz.engine import Snapshot, UnknownJobError
from moeviz.study import FULL, PRESETS, SCHEMA, Specification
from moeviz.study.kept import kept_names, kept_result
from moeviz.study.rates_table import RATE_ROWS, RateCell, RateRow
from moeviz.ui.choose import PAPERS, study_label
from moeviz.ui.guard import plain
from moeviz.ui.link import write_link
from moeviz.ui.predict import curves_of
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
    said = cell.claim
    claim = f"**{plain(said.rate)}** for {plain(cell.expert_words)} ({plain(said.source)})."
    note = f" {plain(_sentence(said.note))}" if said.note else ""
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
            note = reconciled(cell.claim, curve, kept["result"]["curves"])
            return (
                f"Measured: {plain(measured_words(curve))} ({_kept_link(cell.preset, kept)}). "
                f"{plain(note)}"
            ).rstrip()
    for spec in reversed(_specifications(cell.preset, tuple(cell.settings.items()))):
        found = _finished(spec, cell)
        if found is not None:
            curve, note = found
            return (
                f"Measured on this server: {plain(measured_words(curve))}. {plain(note)}".rstrip()
            )
    return _elsewhere(cell)


def _elsewhere(cell: RateCell) -> str:
    """Say what kept results of other studies show about a claim whose own is not measured."""
    live, _ = _specifications(cell.preset, tuple(cell.settings.items()))
    wanted = curve_of(curves_of(live), cell)
    if wanted is None:
        return "Not measured yet."
    found: dict[bool, tuple[str, str]] = {}
    for name in kept_names():
        for curve, said, note in _said_by(name, cell, live, wanted):
            found.setdefault(curve["expert"] == wanted["expert"], (said, note))
    parts = ["Not measured yet."]
    if True in found:
        parts = [f"Measured in another study, {found[True][0]}"]
    if False in found:
        parts.append(f"For another expert, in {found[False][0]}")
    # One explanation is enough, the one that knows more.
    notes = sorted((note for _, note in found.values()), key=len)
    return " ".join(filter(None, (*parts, *notes[-1:])))


def _said_by(
    name: str, cell: RateCell, live: Specification, wanted: Mapping[str, Any]
) -> Iterator[tuple[Mapping[str, Any], str, str]]:
    """Yield a kept result's curves that a cell's claim speaks of, with slope and explanation."""
    kept = kept_result(name)
    if kept is None:
        return
    curves, fields = kept["result"]["curves"], kept["result"]["spec"]["fields"]
    for curve in curves:
        if curve["slope"] and alike(live.fields, wanted, fields, curve):
            study = f"{plain(study_label(name))} ({plain(study_words(curve))})"
            slope = f"{plain(measured_words(curve))} ({_kept_link(name, kept)})"
            yield curve, f"{study}: {slope}.", plain(reconciled(cell.claim, curve, curves))


def _kept_link(name: str, kept: Mapping[str, Any]) -> str:
    address = urlencode({"preset": name, "v": SCHEMA, "kept": 1})
    return f"[kept result of {plain(kept['date'])}, {plain(kept['device'])}]({LAB}?{address})"


def _finished(spec: Specification, cell: RateCell) -> tuple[Mapping[str, Any], str] | None:
    """Return the curve of a finished study and what reconciles it with the claim, or None."""
    try:
        snapshot = engine().look(spec.hash)
    except UnknownJobError:
        return None
    if snapshot.state != "done":
        return None
    result = _result(spec.hash, snapshot.device, snapshot)
    curve = measured(result, cell)
    return None if curve is None else (curve, reconciled(cell.claim, curve, result["curves"]))


@st.cache_resource(max_entries=64, show_spinner=False)
def _result(job_id: str, device: str, _snapshot: Snapshot) -> dict[str, Any]:
    result: dict[str, Any] = _snapshot.result()
    return result


@lru_cache(maxsize=256)
def _specifications(preset: str, settings: tuple[tuple[str, str], ...]) -> tuple[Any, ...]:
    """Return a cell's study in its live and, where there is one, its full size."""
    chosen = PRESETS[preset]
    changed = chosen.parse(dict(settings))
    sizes = [{}, *([chosen.at_size(FULL)] if FULL in chosen.sizes else [{}])]
    live, full = (chosen.build({**size, **changed}) for size in sizes)
    return live, full


def _sentence(note: str) -> str:
    """Return a note as a sentence; one that begins with a formula keeps its first letter."""
    first = note.split()[0]
    begun = note[:1].upper() + note[1:] if first.isascii() and first.isalpha() else note
    return begun + ("" if note.endswith(".") else ".")
