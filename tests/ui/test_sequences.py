"""The page of slow sequences: what its sentences say, and a link that says what is shown."""

from __future__ import annotations

import json

import pytest

from moeviz.charts.sequences import FIRST_STEP, sequence_document
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
