"""The page of slow sequences: what its sentences say, and a link that says what is shown."""

from __future__ import annotations

import json

import pytest
import torch

from moeviz.charts.checker import superscript
from moeviz.charts.sequence_formula import sequence_formula
from moeviz.charts.sequences import FIRST_STEP, sequence_document, step_name
from moeviz.charts.walks import power_of_ten
from moeviz.errors import SpecificationError
from moeviz.symbolic.catalogue.course import HALVINGS, course
from moeviz.symbolic.catalogue.walked import SEQUENCES
from moeviz.ui.sequences.link import SEQUENCES_PAGE
from moeviz.ui.sequences.page import TITLE, TRIES
from moeviz.ui.sequences.state import PICTURE
from tests.ui.still import told, visit


def picture(app):
    return json.loads(told(app, PICTURE)["document"])


@pytest.mark.parametrize("name", SEQUENCES)
def test_the_picture_draws_the_courses_numbers(name):
    found, document = course(name), sequence_document(name)
    for stage, drawn in zip(found.stages, document["stages"], strict=True):
        assert drawn["numbers"][1] == stage.loss
        assert drawn["numbers"][3] == (0.0 if found.exact else stage.ratio)
        assert drawn["name"] in drawn["sentence"]
        assert drawn["sentence"].count("*") % 2 == 0
        assert ("not moved at all" in drawn["sentence"]) is found.exact


def test_a_loss_of_a_high_power_is_no_longer_beaten():
    beaten, not_beaten = (sequence_document("flat-tanh", r)["stages"][8] for r in (2, 5))
    assert "the ratio goes to 0" in beaten["sentence"]
    assert "the ratio does not go to 0" in not_beaten["sentence"]


def test_where_double_precision_fails_the_sentence_says_so():
    first, *_, last = sequence_document("regime-2")["stages"]
    assert "Double precision" not in first["sentence"]
    assert "Double precision would say" in last["sentence"]


def test_the_page_opens_drawn_with_ways_to_the_proof(still):
    app = visit("pages/see/sequences.py")
    assert [title.value for title in app.title] == [TITLE]
    document = picture(app)
    assert document["handles"][0]["at"][0] == FIRST_STEP
    assert document["stages"] == json.loads(json.dumps(sequence_document("flat-tanh")["stages"]))
    assert not app.exception
    assert not app.error


@pytest.mark.parametrize("label", TRIES)
def test_what_to_try_sets_the_page_and_its_address(still, label):
    app = visit("pages/see/sequences.py")
    app.button(f"sequences.try.{label}").click().run()
    wanted = TRIES[label]
    said = {n: v if isinstance(v, str) else v[0] for n, v in app.query_params.items()}
    assert wanted.items() <= {"sequence": "flat-tanh", **said}.items()
    assert picture(app)["handles"][0]["at"][0] == float(wanted.get("at", FIRST_STEP))


@pytest.mark.parametrize("step", ["0", "2.25", "nan", "x", "15"])
def test_a_step_that_is_none_is_refused_in_a_sentence(step):
    with pytest.raises(SpecificationError, match="Expected a step from 1 to 14 by halves"):
        SEQUENCES_PAGE.read({"at": step})


def test_a_link_says_what_is_shown():
    params = {"sequence": "cubic", "power": "4", "at": "9.5", "v": "1"}
    request = SEQUENCES_PAGE.read(params)
    assert SEQUENCES_PAGE.write(request) == params
    assert request.own["at"] in HALVINGS


# Orders in words, and the formula.


@pytest.mark.parametrize("name", [name for name in SEQUENCES if not SEQUENCES[name].paper])
def test_the_order_on_the_picture_is_the_certificates(name):
    found, words = course(name), sequence_document(name)["order"]
    said = found.slow.certificate["sequence"]
    order = float("inf")
    if not said["exact"]:
        order = float(said["function order"]) - float(said["loss order"])
    assert found.function_order - found.loss_order == pytest.approx(order, abs=0.02)
    wanted = "0 at every step" if said["exact"] else superscript(f"falls like ε^{round(order)}")
    assert words == wanted


@pytest.mark.parametrize(("name", "power", "words"), [
    ("ray", 2, "0 at every step"), ("split-ray", 2, "0 at every step"),
    ("two-constants", 2, "falls like 1/n"), ("regime-2-printed", 2, "levels off"),
    ("flat-tanh", 3, "falls like ε"), ("flat-tanh", 4, "levels off"), ("flat-tanh", 5, "grows"),
])  # fmt: skip
def test_orders_are_said_in_words(name, power, words):
    assert sequence_document(name, power)["order"] == words


@pytest.mark.parametrize("name", ["flat-tanh", "split-ray", "cubic", "two-constants"])
def test_all_parameters_of_a_step_give_the_libraries_function(name):
    """What the formula's symbols say of the atoms is what the picture draws."""
    found = course(name)
    slow, stage = found.slow, found.stages[4]
    ends = {x: (float(a), float(b)) for x, a, b in slow.certificate["support"]}
    rows = [
        torch.tensor(found.line, dtype=torch.float64)
        if f"x{axis}" == slow.along or slow.dimension == 1
        else torch.full((len(found.line),), ends[f"x{axis}"][0] * 0.38 + ends[f"x{axis}"][1] * 0.62)
        for axis in range(1, slow.dimension + 1)
    ]
    x = slow.mixture.features(torch.stack(rows).to(torch.float64).unsqueeze(0))
    for atoms, drawn in ((found.truth, found.function), (stage.atoms, stage.function)):
        theta = torch.tensor([[v for atom in atoms for v in atom.values]], dtype=torch.float64)
        assert slow.mixture.predict(theta, x)[0].tolist() == pytest.approx(drawn, abs=1e-6)


@pytest.mark.parametrize("name", SEQUENCES)
def test_the_formula_says_the_steps_numbers(name):
    found = course(name)
    text = sequence_formula(name, 2, 5.0)
    stage = next(each for each in found.stages if each.halvings == 5.0)
    assert f"<mn>{power_of_ten(stage.loss)}</mn>" in text
    assert f"<mn>{'0' if found.exact else power_of_ten(stage.ratio)}</mn>" in text
    assert f"fitted atoms at {step_name(stage)}" in text
    assert "that a fit finds" not in text
