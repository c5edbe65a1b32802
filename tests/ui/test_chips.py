"""The strip of chips: what it tells the browser, and what a pick does."""

from __future__ import annotations

import json

import pytest
from streamlit.testing.v1 import AppTest

from moeviz.charts.cards import all_cards
from moeviz.study import PRESETS
from moeviz.ui.lab.chips import CHIPS, strip


def told(name: str, **changes):
    preset = PRESETS[name]
    return json.loads(strip(preset, {**preset.defaults, **changes})["state"])


def test_the_chips_stand_in_their_order_and_say_what_is_set():
    state = told("cosine-exact")
    says = {chip["name"]: chip["says"] for chip in state["chips"]}
    assert list(says) == list(CHIPS)
    assert says["router"] == "cosine + perturbed cosine"
    assert says["gate"] == "softmax"
    assert says["estimator"] == "converged"
    assert says["expert"] == "ReLU"
    assert says["regime"] == "exact, k = 2"
    assert says["study"] == "Cosine against perturbed cosine"


def test_regimes_are_said_in_the_chip():
    says = {chip["name"]: chip["says"] for chip in told("lab", atoms=3, sparse=1, flat=1)["chips"]}
    assert says["regime"] == "one expert too many, k = 3, sparse, Regime 2"


@pytest.mark.parametrize("name", PRESETS)
def test_every_card_has_its_state(name):
    state, cards = told(name), all_cards()
    for chip in state["chips"]:
        for group in chip["groups"]:
            known = {card["name"] for card in cards[group["field"]]}
            assert set(state["choices"][group["field"]]) <= known
            assert len(known - set(state["choices"][group["field"]])) <= 1


def test_what_cannot_be_chosen_says_why_and_what_it_takes():
    state = told("sigmoid-sparse")["choices"]["output"]["gaussian"]
    assert "sum to 1" in state["why"]
    assert "softmax" in state["takes"]
    assert state["can"]


def page(field: str, name: str, mode: str) -> None:
    """A page with the strip alone; its button picks what the strip's would."""
    import streamlit as st

    from moeviz.study import PRESETS
    from moeviz.ui.lab.chips import chips, pick
    from moeviz.ui.lab.form import form_study, form_values
    from moeviz.ui.lab.link import request_for
    from moeviz.ui.lab.state import STATE

    STATE.follow()
    preset = PRESETS[STATE.own("preset")]
    chips(preset, form_values(preset))
    st.button("Pick", on_click=pick, args=(preset, field, name, mode))
    spec = form_study(preset)
    STATE.write(request_for(spec, None, (), STATE.own("kept")))
    st.json({"preset": preset.name, "kept": STATE.own("kept"), **spec.fields})


def picked(field: str, name: str, mode: str = "alone", **params: str) -> dict:
    app = AppTest.from_function(page, args=(field, name, mode), default_timeout=20)
    app.query_params.update(params)
    app.run().button[0].click().run()
    assert not app.exception
    return json.loads(app.json[0].value)


def test_a_pick_sets_the_form():
    assert picked("routers", "linear")["routers"] == ["linear"]


def test_a_pick_beside_compares():
    assert picked("routers", "linear", "beside")["routers"] == [
        "linear",
        "cosine",
        "perturbed-cosine",
    ]


def test_a_pick_takes_with_it_what_it_needs():
    fields = picked("gates", "sigmoid", preset="multinomial-exact")
    assert (fields["gates"], fields["output"], fields["losses"]) == (
        ["sigmoid"],
        "regression",
        ["paper"],
    )


def test_another_study_brings_its_own_fields():
    fields = picked("study", "sigmoid-dense", atoms="3")
    assert fields["preset"] == "sigmoid-dense"
    assert fields["atoms"] == 2


def test_a_size_sets_its_fields_and_a_kept_result_is_shown():
    assert picked("size", "full", preset="sigmoid-dense")["replicates"] == 64
    assert picked("kept", "kept", preset="sigmoid-dense")["kept"]


@pytest.mark.parametrize(
    "foreign",
    [("routers", "unheard"), ("unheard", "cosine"), ("size", "huge"), ("study", ""), ("seed", "4")],
)
def test_a_pick_that_was_not_offered_changes_nothing(foreign):
    before = PRESETS["cosine-exact"].build({}).to_json()["fields"]
    assert picked(*foreign).items() >= before.items()
