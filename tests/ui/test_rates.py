"""The table of rates: every claim with its source and a link to the study that measures it."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl

import pytest

import moeviz.ui.rates
from moeviz.study import PRESETS, assemble
from moeviz.study.rates_table import RATE_ROWS, RateCell
from moeviz.ui.guard import plain
from moeviz.ui.link import read_link
from moeviz.ui.rates import cell_text, study_address
from tests.ui.still import FIELDS, SPEC, snapshot, visit

CELLS = [cell for row in RATE_ROWS for cell in row.cells]
CLAIM = RateCell("ReLU", "n^(−1/2)", -0.5, "cosine Theorem 6", "", SPEC.name, FIELDS)


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: f"{cell.preset} {cell.expert_words}")
def test_the_link_of_a_claim_opens_its_study(cell):
    params = dict(parse_qsl(study_address(cell).partition("?")[2]))
    request = read_link(params)
    preset = PRESETS[cell.preset]
    assert preset.build(preset.parse(request.texts)) == preset.build(preset.parse(cell.settings))


def test_the_page_shows_every_claim_once_under_its_row(still):
    app = visit("pages/lab/rates.py")
    assert not app.exception
    (table,) = app.table
    assert len(table.value) == len(RATE_ROWS)
    text = table.value.to_csv()
    assert text.count("Open the study") == sum(bool(cell.preset) for cell in CELLS)
    for cell in CELLS:
        assert plain(cell.source) in text


def test_a_finished_study_measures_its_claim(still, results):
    assert "Not measured yet" in cell_text(CLAIM)
    still.jobs[SPEC.hash] = snapshot(SPEC, "running", results)
    assert "Not measured yet" in cell_text(CLAIM)
    still.jobs[SPEC.hash] = snapshot(SPEC, "done", results)
    assert re.search(r"Measured on this server: slope .*interval", cell_text(CLAIM))


def test_a_kept_result_measures_its_claim(
    still, monkeypatch: pytest.MonkeyPatch, results: dict[str, Any]
):
    kept = {"date": "2026-05-04", "device": "cpu", "result": assemble(SPEC, results, 1.0, "cpu")}
    monkeypatch.setattr(moeviz.ui.rates, "kept_result", lambda name: kept)
    text = cell_text(CLAIM)
    assert "Measured: slope" in text
    assert f"convergence?preset={SPEC.name}&v=" in text
    assert "&kept=1" in text
    another = RateCell("tanh", "x", None, "y", "", SPEC.name, {**FIELDS, "experts": "tanh"})
    assert "Not measured yet" in cell_text(another)
