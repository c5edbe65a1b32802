"""The table of rates: every claim with its source and a link to the study that measures it."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl

import pytest

import moeviz.ui.rates
from moeviz.study import PRESETS, assemble
from moeviz.study.kept import KeptResult
from moeviz.study.rates_table import RATE_ROWS, RateCell
from moeviz.theory.claim import SLOW
from moeviz.ui.lab.link import LAB
from moeviz.ui.rates import cell_text, study_address
from moeviz.ui.shared.guard import plain
from tests.ui.still import FIELDS, SPEC, snapshot, visit

CELLS = [cell for row in RATE_ROWS for cell in row.cells]
CLAIM = RateCell("ReLU", SPEC.name, FIELDS, "offset")


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: f"{cell.preset} {cell.expert_words}")
def test_the_link_of_a_claim_opens_its_study(cell):
    params = dict(parse_qsl(study_address(cell).partition("?")[2]))
    request = LAB.read(params)
    preset = PRESETS[cell.preset]
    assert preset.build(request.values) == preset.build(preset.parse(cell.settings))


def test_the_page_shows_every_claim_once_under_its_row(still):
    app = visit("pages/lab/rates.py")
    assert not app.exception
    (table,) = app.table
    assert len(table.value) == len(RATE_ROWS)
    text = table.value.to_csv()
    assert text.count("Open the study") == sum(bool(cell.preset) for cell in CELLS)
    for cell in CELLS:
        assert plain(cell.claim.source) in text


def test_a_finished_study_measures_its_claim(still, results, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(moeviz.ui.rates, "kept_names", list)
    assert "Not measured yet" in cell_text(CLAIM)
    still.jobs[SPEC.hash] = snapshot(SPEC, "running", results)
    assert "Not measured yet" in cell_text(CLAIM)
    still.jobs[SPEC.hash] = snapshot(SPEC, "done", results)
    assert re.search(r"Measured on this server: slope .*interval", cell_text(CLAIM))


def test_a_kept_result_measures_its_claim(
    still, monkeypatch: pytest.MonkeyPatch, results: dict[str, Any]
):
    kept = KeptResult("2026-05-04", "cpu", assemble(SPEC, results, 1.0, "cpu"))
    monkeypatch.setattr(moeviz.ui.rates, "kept_result", lambda name: kept)
    monkeypatch.setattr(moeviz.ui.rates, "kept_names", lambda: [SPEC.name])
    text = cell_text(CLAIM)
    assert "Measured: slope" in text
    assert f"convergence?preset={SPEC.name}&v=" in text
    assert "&kept=1" in text
    another = RateCell("tanh", SPEC.name, {**FIELDS, "experts": "tanh"}, "offset")
    assert "Not measured yet" in cell_text(another)
    assert "For another expert, in Cosine paper" in cell_text(another)


def test_a_kept_result_of_another_study_is_used_where_its_setting_is_the_claims(still):
    over = [
        cell_text(cell)
        for row in RATE_ROWS
        if row.paper == "cosine" and row.regime_words == "over-specified"
        for cell in row.cells
    ]
    found = [text for text in over if "Measured in another study" in text]
    assert found
    for text in found:
        assert "Not measured yet" not in text
        assert "kept result of" in text
    assert all("Open the study" in text for text in over)


def test_a_slope_beside_a_claim_of_no_power_is_reconciled(still):
    for row in RATE_ROWS:
        for cell in row.cells:
            text = cell_text(cell)
            if not cell.claim.rate.startswith(SLOW):
                assert "Both can be right" not in text
            elif "easured" in text.replace("Not measured", ""):
                assert "minimax statement" in text
    (exact,) = (cell for cell in CELLS if cell.preset == "cosine-exact")
    assert "pins only β₀ₖ" in cell_text(exact)
    assert "no data can show" in cell_text(exact)


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: f"{cell.preset} {cell.expert_words}")
def test_notes_begin_as_sentences_but_formulas_stay(still, cell):
    assert "Ε^" not in cell_text(cell)
    assert "Exp\\(" not in cell_text(cell)
