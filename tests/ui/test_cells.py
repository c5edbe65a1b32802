"""The page of cells without a browser: what it shows, what its buttons and links do."""

from __future__ import annotations

import json

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState

from moeviz.charts.closeness_atoms import KINDS, MOST, first_fit, spread_fit
from moeviz.ui.cells.link import CELLS_PAGE, request_of, setup_of
from moeviz.ui.cells.page import TRIES
from moeviz.ui.cells.state import PICTURE
from tests.ui.still import component, told, visit

PAGE = "pages/see/cells.py"
SOFTMAX = KINDS["softmax"]


def shown(app):
    return json.loads(told(app, PICTURE)["document"])


def fit(app):
    return [tuple(atom) for atom in shown(app)["fit"]]


def drag(app, **handles):
    state = {"moved": {"handles": handles, "serial": 1}}
    states = app._tree.get_widget_states()
    place = component(app, PICTURE).id
    states.widgets.append(WidgetState(id=place, json_value=json.dumps(state)))
    return app._run(states)


def press(app, label):
    (button,) = (each for each in app.button if each.label == label)
    return button.click().run()


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_every_family_is_shown_with_three_losses(still, kind):
    app = visit(PAGE, atoms=kind.name)
    assert not app.exception
    assert not app.error
    assert fit(app) == list(first_fit(kind))
    assert [each.label for each in app.slider] == [f"Weight of fit {i}" for i in range(1, 5)]
    losses = json.dumps(told(app, "cells.losses")["text"])
    assert losses.count(" see") + losses.count("Sees") >= 3
    assert losses.count("Source: ") == 3
    assert "the loss of this fit: " in told(app, "cells.formula")["formula"]


@pytest.mark.parametrize("label", TRIES)
def test_what_can_be_tried_is_set_and_stays_in_the_address(still, label):
    app = press(visit(PAGE), label)
    assert fit(app) == list(TRIES[label][0](SOFTMAX))
    again = visit(PAGE, **app.query_params)
    assert shown(again) == shown(app)
    assert not again.exception


def test_a_moved_atom_and_its_weight_are_kept_and_it_is_split_in_place(still):
    app = drag(visit(PAGE), f2=[0.5, -1.0])
    assert not app.exception
    moved = [list(atom) for atom in first_fit(SOFTMAX)]
    moved[1][0], moved[1][2] = 0.5, -1.0
    assert fit(app) == [tuple(atom) for atom in moved]
    assert app.query_params["active"] in ("2", ["2"])
    app.slider[1].set_value(0.5).run()
    assert fit(app)[1] == (*moved[1][:-1], 0.5)
    press(app, "Split fit 2 in place")
    assert fit(app)[1] == fit(app)[2] == (*moved[1][:-1], 0.25)
    assert len(app.slider) == 5
    press(app, "Take fit 2 away")
    assert len(fit(app)) == 4
    press(app, "Start again")
    assert fit(app) == list(first_fit(SOFTMAX))
    assert "fit" not in app.query_params


def test_there_is_a_most_and_a_least_number_of_atoms(still):
    app = visit(PAGE)
    for _ in range(MOST - 4):
        press(app, "Split fit 1 in place")
    (split,) = (each for each in app.button if each.label == "Split fit 1 in place")
    assert split.disabled
    for _ in range(MOST - 1):
        press(app, "Take fit 1 away")
    (away,) = (each for each in app.button if each.label == "Take fit 1 away")
    assert away.disabled


def test_another_family_begins_with_its_own_losses_and_fit(still):
    app = press(visit(PAGE), "Move the two halves apart")
    (family,) = (each for each in app.selectbox if each.label == "Models whose atoms are shown")
    family.set_value("sigmoid").run()
    assert [loss["name"] for loss in shown(app)["losses"]] == ["L₁", "L₃", "mass"]
    assert fit(app) == list(first_fit(KINDS["sigmoid"]))


def test_r_is_asked_for_where_a_loss_has_one(still):
    app = visit(PAGE)
    assert not app.number_input
    app = visit(PAGE, loss="D_r", r="2.5")
    assert [each.value for each in app.number_input] == [2.5]
    assert shown(app)["losses"][0]["name"] == "D₂.₅"


def test_one_coordinate_twice_is_said_and_can_be_mended(still):
    app = visit(PAGE, across="b", up="b")
    assert "both axes show b" in app.error[0].value
    (up,) = (each for each in app.selectbox if each.label == "Up")
    up.set_value("a[2]").run()
    assert not app.error
    assert shown(app)["plane"] == [4, 3]


@pytest.mark.parametrize(
    "address",
    [
        {"fit": "1,2"},
        {"fit": "1,2,3,4,5,-1"},
        {"fit": "1,2,3,4,5,nan"},
        {"fit": ",".join("1" * 42)},
        {"fit": "no"},
        {"atoms": "none"},
        {"active": "0"},
        {"loss": "sigmoid-L1"},
        {"r": "0.5"},
        {"across": "c"},
    ],
)
def test_a_bad_address_is_one_sentence_with_a_way_out(still, address):
    app = visit(PAGE, **address)
    assert not app.exception
    assert len(app.error) == 1
    (button,) = (each for each in app.button if each.label.lower().startswith("start"))
    button.click().run()
    assert not app.error
    assert fit(app) == list(first_fit(SOFTMAX))


def test_a_link_says_what_differs_and_is_read_back():
    asked = request_of("softmax", spread_fit(SOFTMAX), loss="L3", up="b")
    link = CELLS_PAGE.write(asked)
    assert set(link) == {"v", "fit", "loss", "up"}
    assert CELLS_PAGE.read(link) == asked
    assert setup_of(asked).fit == spread_fit(SOFTMAX)
    assert CELLS_PAGE.write(request_of("softmax")) == {"v": "1"}
