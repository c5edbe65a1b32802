"""The papers' rates as one table, each cell with the study that measures it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from moeviz.charts.notices import older_words
from moeviz.charts.rates import (
    COLUMNS,
    alike,
    column_of,
    covers,
    measured,
    measured_words,
    reconciled,
    study_words,
)
from moeviz.engine import UnknownJobError
from moeviz.study import FULL, PRESETS, Curve, Specification
from moeviz.study.kept import KeptResult, kept_names, kept_result
from moeviz.study.rates_table import RATE_ROWS, RateCell, RateRow
from moeviz.study.slope import Slope
from moeviz.ui.lab.drawn import shown_of
from moeviz.ui.lab.link import LAB, preset_link, request_for
from moeviz.ui.shared.guard import plain
from moeviz.ui.shared.navigation import ADDRESSES, CONVERGENCE
from moeviz.ui.shared.session import engine
from moeviz.ui.shared.studies import PAPERS, study_label

_LAB = ADDRESSES[CONVERGENCE]
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
    return f"{_LAB}?{urlencode(LAB.write(request_for(live)), safe=',')}"


def _measured(cell: RateCell) -> str:
    kept = kept_result(cell.preset)
    if kept is not None and covers(kept.result, cell):
        curve = measured(kept.result, cell)
        if curve is not None and curve.slope:
            note = reconciled(cell.claim, curve, kept.result.curves)
            said = f"{plain(measured_words(curve.slope))} ({_kept_link(cell.preset, kept)})"
            return f"Measured: {said}. {plain(note)}".rstrip()
    for spec in reversed(_specifications(cell.preset, tuple(cell.settings.items()))):
        found = _finished(spec, cell)
        if found is not None:
            slope, note = found
            return (
                f"Measured on this server: {plain(measured_words(slope))}. {plain(note)}".rstrip()
            )
    return _elsewhere(cell)


def _elsewhere(cell: RateCell) -> str:
    """Say what kept results of other studies show about a claim whose own is not measured."""
    found: dict[bool, tuple[str, str]] = {}
    for name in kept_names():
        for curve, said, note in _said_by(name, cell):
            found.setdefault(curve.expert == cell.curve.expert, (said, note))
    parts = ["Not measured yet."]
    if True in found:
        parts = [f"Measured in another study, {found[True][0]}"]
    if False in found:
        parts.append(f"For another expert, in {found[False][0]}")
    # One explanation is enough, the one that knows more.
    notes = sorted((note for _, note in found.values()), key=len)
    return " ".join(filter(None, (*parts, *notes[-1:])))


def _said_by(name: str, cell: RateCell) -> Iterator[tuple[Curve, str, str]]:
    """Yield a kept result's curves that a cell's claim speaks of, with slope and explanation."""
    kept = kept_result(name)
    if kept is None:
        return
    curves = kept.result.curves
    for curve in curves:
        if curve.slope and alike(cell.curve, curve):
            study = f"{plain(study_label(name))} ({plain(study_words(curve))})"
            slope = f"{plain(measured_words(curve.slope))} ({_kept_link(name, kept)})"
            yield curve, f"{study}: {slope}.", plain(reconciled(cell.claim, curve, curves))


def _kept_link(name: str, kept: KeptResult) -> str:
    address = urlencode({**preset_link(name), "kept": 1})
    older = older_words(kept.result.spec)
    link = f"[kept result of {plain(kept.date)}, {plain(kept.device)}]({_LAB}?{address})"
    return f"{link}; {plain(older)}" if older else link


def _finished(spec: Specification, cell: RateCell) -> tuple[Slope, str] | None:
    """Return the slope of a finished study and what reconciles it with the claim, or None."""
    try:
        snapshot = engine().look(spec.hash)
    except UnknownJobError:
        return None
    if snapshot.state != "done":
        return None
    result = shown_of(snapshot).result
    curve = measured(result, cell)
    if curve is None or curve.slope is None:
        return None
    return curve.slope, reconciled(cell.claim, curve, result.curves)


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
