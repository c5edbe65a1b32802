"""The page of information: drawn at once, what to try, and links."""

from __future__ import annotations

import asyncio
import json
from urllib.parse import parse_qsl

import pytest
from starlette.requests import Request

from moeviz.charts.designs_seen import FIRST, Moved, Seen, designs_seen
from moeviz.charts.information import information_document
from moeviz.charts.lab_designs import lab_designs
from moeviz.errors import MoevizError, SpecificationError
from moeviz.study import PRESETS
from moeviz.ui.information import design
from moeviz.ui.information.design import study_link
from moeviz.ui.information.link import INFORMATION, OWN, lab_link
from moeviz.ui.information.moving import moving_route
from moeviz.ui.information.page import TITLE, TRIES
from moeviz.ui.information.state import PICTURE
from moeviz.ui.lab.link import LAB
from moeviz.ui.shared.turns import Turns
from tests.ui.still import told, visit

PAGE = "pages/see/information.py"


def picture(app):
    return json.loads(told(app, PICTURE)["document"])


def test_the_page_opens_drawn_in_full(still):
    app = visit(PAGE)
    assert [title.value for title in app.title] == [TITLE]
    assert picture(app) == json.loads(json.dumps(information_document(FIRST, Moved())))
    assert not app.exception
    assert not app.error


# While a hand moves.


def answered(address):
    """What the app answers at an address: the status, and the body as text."""
    route, (path, _, query) = moving_route("/lab"), address.partition("?")
    assert route.path == f"/lab/{path}"
    asked = Request({"type": "http", "query_string": query.encode(), "headers": []})
    answer = asyncio.run(route.endpoint(asked))
    return answer.status_code, answer.body.decode()


def places(app):
    return {handle["id"]: handle["at"][0] for handle in picture(app)["handles"]}


def test_the_address_of_a_picture_that_moves_draws_what_the_library_says(still):
    app = visit(PAGE, spread="-1", noise="2")
    assert places(app) == {"spread": -1.0, "noise": 2.0, "apart": 0.0}
    asks = told(app, PICTURE)["asks"]
    assert not {"spread", "noise", "apart"} & set(dict(parse_qsl(asks.partition("?")[2])))
    status, body = answered(f"{asks}&spread=0.5&noise=2&apart=-1.125")
    document = information_document(FIRST, Moved(0.5, 2.0, -1.125), quick=True)
    shown = {name: document[name] for name in ("panels", "sentence", "tables")}
    assert (status, json.loads(body)) == (200, json.loads(json.dumps(shown)))


def test_the_labs_model_moves_too(still):
    app = visit(PAGE, **lab_link(ASKED[0]), model="2")
    _, body = answered(f"{told(app, PICTURE)['asks']}&apart=1")
    document = information_document(lab_designs(ASKED[0])[1], Moved(apart=1.0), quick=True)
    assert json.loads(body)["sentence"] == document["sentence"]


@pytest.mark.parametrize("asked", ["spread=9", "design=lab", "design=none"])
def test_what_cannot_be_drawn_is_refused_in_a_sentence(asked):
    status, body = answered(f"moeviz/information.json?{asked}")
    assert status == 400
    assert body.startswith("Expected")


@pytest.mark.parametrize("label", TRIES)
def test_what_to_try_sets_the_page_and_its_address(still, label):
    app = visit(PAGE)
    app.button(f"information.try.{label}").click().run()
    said = {n: v if isinstance(v, str) else v[0] for n, v in app.query_params.items()}
    assert TRIES[label].items() <= said.items()
    assert picture(app)["sentence"] != information_document(FIRST, Moved())["sentence"]


@pytest.mark.parametrize("power", ["5", "-4.5", "nan", "inf", "x"])
def test_a_power_out_of_range_is_refused_in_a_sentence(power):
    with pytest.raises(SpecificationError, match="Expected apart to be a power of 2 from -4 to 4"):
        INFORMATION.read({"apart": power})


def test_a_link_says_what_is_shown():
    params = {"design": "gaussian-exact.0", "apart": "-2.125", "spread": "1.5", "v": "1"}
    request = INFORMATION.read(params)
    assert INFORMATION.write(request) == params


# From the lab and back.


def chosen(preset, **changes):
    return PRESETS[preset].build({**PRESETS[preset].defaults, **changes})


ASKED = [
    chosen("cosine-exact", experts=("tanh",), noise=0.3, candidates=1),
    chosen("compete-exact", low=-2.0, high=2.0, truth_seed=3),
    chosen("cosine-fig1a", sizes=(100, 1000)),
]


@pytest.mark.parametrize("spec", ASKED, ids=lambda spec: spec.name)
def test_a_link_from_the_lab_says_all_of_its_study_and_leads_back(spec):
    params = lab_link(spec)
    request = INFORMATION.read(params)
    assert request.values["design"] == OWN
    assert request.own[OWN] == spec
    assert INFORMATION.write(request) == params
    seen = Seen("lab.0", "", spec.name, designs_seen()[FIRST].setup, study=spec)
    back = LAB.read(study_link(seen, Moved()))
    assert PRESETS[back.own["preset"]].build(back.values) == spec


def test_what_the_hand_moved_goes_along_to_the_lab():
    seen = designs_seen()["cosine-fig1a.0"]
    moved = LAB.read(study_link(seen, Moved(noise=1.0, spread=-1.0))).values
    still = LAB.read(study_link(seen, Moved())).values
    assert moved["noise"] == 2.0 * still["noise"]
    assert moved["high"] - moved["low"] == (still["high"] - still["low"]) / 2.0
    too_far = LAB.read(study_link(designs_seen()[FIRST], Moved(noise=4.0, spread=2.0))).values
    assert (too_far["low"], too_far["high"]) == (-1.0, 1.0)


@pytest.mark.parametrize(
    "text", ["", "x", "lab=preset%3Dlab", "preset=none", "preset=lab&noise=9e9", "&" * 200, "v=99"]
)
def test_a_labs_link_that_is_none_is_refused_in_a_sentence(text):
    with pytest.raises(MoevizError, match="Expected"):
        INFORMATION.read({"design": "lab", "lab": text})


@pytest.mark.parametrize("text", ["0", "-1", "x", "1.5", "65", "9" * 99, "0001" + "9" * 5000])
def test_a_model_that_is_none_is_refused_in_a_sentence(text):
    with pytest.raises(SpecificationError, match="Expected the model to be a number"):
        INFORMATION.read({"model": text})


def test_the_page_shows_the_labs_model(still):
    spec = ASKED[0]
    app = visit(PAGE, **lab_link(spec), model="2")
    assert not app.error
    assert (
        picture(app)["sentence"] == information_document(lab_designs(spec)[1], Moved())["sentence"]
    )
    assert "of those that the lab compares" in app.selectbox[1].label


def test_without_a_link_the_labs_model_is_the_one_that_it_opens_with(still):
    app = visit(PAGE, design="lab")
    assert not app.error
    assert "preset=cosine-exact" in str(app.query_params["lab"])


def test_a_model_of_the_lab_that_is_too_large_is_a_sentence_at_once(still):
    large = {"sizes": (100, 200), "replicates": 2, "candidates": 1, "dimension": 32}
    spec = chosen("lab", routers=("quadratic",), true_atoms=8, atoms=8, **large)
    app = visit(PAGE, **lab_link(spec))
    assert not app.exception
    (error,) = app.error
    assert "at most 1,500 parameters" in error.value.replace("\\", "")
    assert app.selectbox


def test_a_crowd_with_models_of_the_lab_is_told_to_wait(still, monkeypatch):
    turns = Turns(at_once=1, patience=0.05)
    monkeypatch.setattr(design, "TURNS", turns)
    params = lab_link(ASKED[0])
    with turns.line() as end, turns.turn(end):
        app = visit(PAGE, **params)
        assert not app.exception
        assert "too much to do for others" in app.error[0].value
        assert not visit(PAGE).error
    assert turns.waiting == 0
    assert not app.run().error
