"""The page of one fit without a browser: what it shows, what links, hands and crowds do to it."""

from __future__ import annotations

import json
import threading

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState

from moeviz.errors import Cancelled, MoevizError, SpecificationError
from moeviz.study.one_fit import one_fit
from moeviz.study.one_fit_asked import Asked
from moeviz.study.one_fit_models import SMALL_MODELS
from moeviz.ui.fit.link import FIT_PAGE, asked_of
from moeviz.ui.fit.page import TITLE, TRIES
from moeviz.ui.fit.state import PICTURE
from moeviz.ui.fit.worker import Worker
from tests.ui.still import component, said, told, visit

PAGE = "pages/see/fit.py"


def shown(app):
    return json.loads(told(app, PICTURE)["document"])


def places(app):
    return {handle["id"]: handle["at"] for handle in shown(app)["handles"]}


def drag(app, **handles):
    state = {"moved": {"handles": {**places(app), **handles}, "serial": 1}}
    states = app._tree.get_widget_states()
    place = component(app, PICTURE).id
    states.widgets.append(WidgetState(id=place, json_value=json.dumps(state)))
    return app._run(states)


def address(app):
    return {n: v if isinstance(v, str) else v[0] for n, v in app.query_params.items()}


def test_the_page_opens_with_a_fit_that_was_computed(still):
    app = visit(PAGE)
    assert [title.value for title in app.title] == [TITLE]
    assert not app.exception
    assert not app.error
    found = one_fit(asked_of(FIT_PAGE.read({})))
    assert shown(app)["walk"]["cost"] == list(found.walk.cost)
    assert shown(app)["beside"]["loss"] == list(found.beside.loss)
    assert len(app.latex) == 1


@pytest.mark.parametrize("name", SMALL_MODELS)
def test_every_model_is_shown(still, name):
    app = visit(PAGE, model=name, n="60")
    assert not app.exception
    assert not app.error
    assert shown(app)["truth"] == [list(atom) for atom in SMALL_MODELS[name].truth]


@pytest.mark.parametrize("label", TRIES)
def test_what_to_try_sets_the_page_and_its_address(still, label):
    app = visit(PAGE)
    app.button(f"fit.try.{label}").click().run()
    assert not app.exception
    assert not app.error
    link = {**address(app), "rate": address(app).get("rate", "").removesuffix(".0")}
    assert TRIES[label].items() <= link.items()
    assert shown(visit(PAGE, **app.query_params)) == shown(app)


def test_a_start_set_by_hand_is_fitted_and_holds_until_another_is_asked_for(still):
    app = drag(visit(PAGE), s1=[0.5, -0.25])
    assert places(app)["s1"] == pytest.approx([0.5, -0.25])
    assert "from" in address(app)
    assert shown(visit(PAGE, **app.query_params))["walk"] == shown(app)["walk"]
    by_hand = shown(app)["walk"]
    app = drag(app, step=[2.0, 0.0])
    assert address(app)["at"] == "2"
    assert shown(app)["walk"] == by_hand
    app.selectbox(key=next(s.key for s in app.selectbox if s.label == "Start")).set_value(
        "random"
    ).run()
    assert "from" not in address(app)
    assert "at" not in address(app)
    assert shown(app)["walk"] != by_hand


@pytest.mark.parametrize(
    ("link", "words"),
    [
        ({"n": "1000000000"}, "n"),
        ({"atoms": "0"}, "atoms"),
        ({"noise": "nan"}, "noise"),
        ({"rate": "inf"}, "rate"),
        ({"from": "nan,0,1,1,0,0,1,1"}, "from"),
        ({"from": "0,0,1"}, "4 numbers for each starting atom"),
        ({"at": "-1"}, "at to be passes"),
        ({"model": "none"}, "model"),
        ({"method": "em"}, "method"),
        ({"across": "a", "up": "a"}, "both axes show a"),
        ({"batch": "1", "n": "2000", "epochs": "100"}, "2,000 batches"),
    ],
)
def test_what_cannot_be_is_a_sentence_with_a_way_out(still, link, words):
    app = visit(PAGE, **link)
    assert not app.exception
    assert len(app.error) == 1
    assert words in said(app.error).replace("\\", "")


# The worker that all visitors share.


def test_two_who_ask_for_the_same_share_it_and_it_is_remembered():
    calls, inside, go_on = [], threading.Event(), threading.Event()

    def compute(asked, should_stop):
        calls.append(asked)
        inside.set()
        go_on.wait(5)
        return one_fit(asked)

    worker = Worker(compute, at_once=4)
    asked = Asked(n=20, steps=3)
    found = []
    askers = [threading.Thread(target=lambda: found.append(worker(asked))) for _ in range(3)]
    for asker in askers:
        asker.start()
    inside.wait(5)
    go_on.set()
    for asker in askers:
        asker.join()
    assert calls == [asked]
    assert found[0] is found[1] is found[2] is worker(asked)


def test_few_run_at_once_and_a_crowd_is_told_to_wait():
    now, most, lock, go_on = [0], [0], threading.Lock(), threading.Event()

    def compute(asked, should_stop):
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        go_on.wait(5)
        with lock:
            now[0] -= 1
        return one_fit(asked)

    worker = Worker(compute, at_once=2, most_waiting=5)
    askers = [threading.Thread(target=worker, args=(Asked(n=20, seed=s),)) for s in range(5)]
    for asker in askers:
        asker.start()
    while worker._waiting < 5:
        pass
    with pytest.raises(MoevizError, match="at most 5 fits to wait"):
        worker(Asked(n=20, seed=9))
    go_on.set()
    for asker in askers:
        asker.join()
    assert most[0] == 2
    assert worker(Asked(n=20, seed=9)).asked.seed == 9


def test_a_fit_that_takes_too_long_is_given_up_in_a_sentence():
    def slow(asked, should_stop):
        while not should_stop():
            pass
        raise Cancelled("stopped")

    with pytest.raises(SpecificationError, match=r"Expected a fit within 0\.01 s"):
        Worker(slow, seconds=0.01)(Asked())


def test_a_visitor_who_leaves_ends_the_fit_and_who_waits_for_it_still_gets_it():
    class Left(BaseException):
        pass

    def leave():
        raise Left

    worker = Worker()
    asked = Asked(n=200, steps=200, atoms=3, method="sgd")
    with pytest.raises(Left):
        worker(asked, leave)
    assert worker(asked).asked.n == 200
