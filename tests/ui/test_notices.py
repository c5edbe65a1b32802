"""What a study cannot show stands on the page before it is run."""

from __future__ import annotations

from moeviz.charts.notices import notices
from moeviz.study import PRESETS
from moeviz.ui.shared.guard import plain
from tests.ui.still import FIELDS, said, visit


def told(fields):
    app = visit(preset="lab", **{**FIELDS, **fields})
    assert not app.exception
    return app, said(app.info)


def test_a_gate_that_cannot_move_is_named_beside_the_button(still):
    fields = {"routers": "linear", "gates": "top-softmax", "top": "1"}
    _, text = told(fields)
    preset = PRESETS["lab"]
    (notice,) = notices(preset.build(preset.parse({**FIELDS, **fields})))
    assert plain(notice) in text
    assert not still.submitted


def test_nothing_is_said_of_a_study_that_shows_what_it_should(still):
    _, text = told({"routers": "linear"})
    assert "held against a theorem" not in text


def test_starts_at_a_zero_gate_are_refused_in_a_sentence(still):
    app, _ = told({"routers": "cosine", "sparse": "1", "start_scale": "0.0"})
    assert any("at a zero gate" in error.value for error in app.error)
