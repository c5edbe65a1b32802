"""Formulas of one's own in the lab's form: typed, refused, linked to and submitted."""

from __future__ import annotations

import pytest

from tests.ui.still import drawer, pick, visit

LINK = {"preset": "lab", "routers": "custom", "experts": "custom", "candidates": "2"}


def field(app, name):
    """The text input of a field, in the drawer of settings."""
    (found,) = (each for each in drawer(app).text_input if each.key.endswith(f".{name}"))
    return found


def test_a_typed_formula_is_submitted(still):
    app = visit(**LINK)
    field(app, "score_formula").set_value("b1*x1+b2 * x2^2").run()
    field(app, "expert_formula").set_value("s1*gelu(t1) + t2").run()
    app.button(key="lab.run").click().run()
    assert not app.exception
    spec = still.submitted[-1]
    assert spec["score_formula"] == "b1*x1 + b2*x2^2"
    assert spec["expert_formula"] == "s1*gelu(t1) + t2"


def test_a_link_restores_a_formula(still):
    app = visit(**LINK, score_formula="b1*x1+b2*x2")
    assert field(app, "score_formula").value == "b1*x1 + b2*x2"
    assert not app.exception


@pytest.mark.parametrize(
    "text",
    ["__import__('os')", "b1^2*x1", "b1*x1^999999999", "(" * 300, "b1*\u04451", "b1*log(x1)"],
)
def test_a_refused_formula_is_one_sentence_and_nothing_runs(still, text):
    app = visit(**LINK)
    field(app, "score_formula").set_value(text).run()
    assert not app.exception
    assert "lab.run" not in {button.key for button in app.button}
    (error,) = app.error
    assert error.value.startswith("Expected ")
    assert [each.value for each in drawer(app).error] == 2 * [error.value]
    field(app, "score_formula").set_value("b1*x1").run()
    assert not app.error
    app.button(key="lab.run").click().run()
    assert still.submitted[-1]["score_formula"] == "b1*x1"


def test_a_pick_keeps_a_formula_that_is_wrong_yet(still):
    app = visit(**LINK)
    field(app, "score_formula").set_value("b1*sin(x1)^").run()
    app = pick(app, "routers", "linear", "beside")
    assert not app.exception
    assert field(app, "score_formula").value == "b1*sin(x1)^"
    field(app, "score_formula").set_value("b1*sin(x1)").run()
    assert not app.error
