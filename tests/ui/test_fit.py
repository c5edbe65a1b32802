"""The page of one fit without a browser: what it shows, what links, hands and crowds do to it."""

from __future__ import annotations

import json
import threading
import time

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState

from moeviz.errors import Cancelled, MoevizError, SpecificationError
from moeviz.study.one_fit import one_fit
from moeviz.study.one_fit_asked import Asked
from moeviz.study.one_fit_models import SMALL_MODELS
from moeviz.ui.fit import page
from moeviz.ui.fit.link import FIT_PAGE, asked_of
from moeviz.ui.fit.page import TITLE, TRIES
from moeviz.ui.fit.state import PICTURE
from moeviz.ui.fit.worker import fit_worker
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
    assert "a of fitted atom 1: " in told(app, "fit.formula")["formula"]


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


def test_a_hand_does_not_wait_for_what_it_holds(still, monkeypatch):
    app = visit(PAGE)
    asked = []

    def remembers_nothing(wanted, look=None):
        asked.append(look)
        return one_fit(wanted)

    monkeypatch.setattr(page, "WORKER", remembers_nothing)
    app = drag(app, s1=[0.5, -0.25])
    assert places(app)["s1"] == pytest.approx([0.5, -0.25])
    assert asked
    assert None not in asked  # Each may be ended, since none is asked for in a callback.


@pytest.mark.parametrize(
    ("link", "words"),
    [
        ({"n": "1000000000"}, "n"),
        ({"atoms": "0"}, "atoms"),
        ({"noise": "nan"}, "noise"),
        ({"rate": "inf"}, "rate"),
        ({"from": "nan,0,1,1,0,0,1,1"}, "from"),
        ({"from": "0,0,1"}, "4 numbers for each starting atom"),
        ({"from": ",".join(["1"] * 20)}, "at most 4 starting atoms"),
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


def test_a_start_that_cannot_be_is_left_by_a_button(still):
    app = visit(PAGE, **{"from": "0,0,1"})
    app = next(each for each in app.button if each.label == "Start again").click().run()
    assert not app.error
    assert "from" not in address(app)
    assert shown(app)["walk"]


# The worker that all visitors share.


def test_two_who_ask_for_the_same_share_it_and_it_is_remembered():
    calls, inside, go_on = [], threading.Event(), threading.Event()

    def compute(asked, should_stop):
        calls.append(asked)
        inside.set()
        go_on.wait(5)
        return one_fit(asked)

    worker = fit_worker(compute, at_once=4)
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

    worker = fit_worker(compute, at_once=2, most_waiting=5)
    askers = [threading.Thread(target=worker, args=(Asked(n=20, seed=s),)) for s in range(5)]
    for asker in askers:
        asker.start()
    while worker.waiting < 5:
        pass
    with pytest.raises(MoevizError, match="at most 5 to wait"):
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
        fit_worker(slow, seconds=0.01)(Asked())


def test_a_visitor_who_leaves_ends_the_fit_and_who_waits_for_it_still_gets_it():
    class Left(BaseException):
        pass

    def leave():
        raise Left

    worker = fit_worker()
    asked = Asked(n=200, steps=200, atoms=3, method="sgd")
    with pytest.raises(Left):
        worker(asked, leave)
    assert worker(asked).asked.n == 200


def test_who_waits_may_leave_and_nobody_waits_for_ever():
    class Left(BaseException):
        pass

    def leave():
        raise Left

    inside, go_on = threading.Event(), threading.Event()

    def compute(asked, should_stop):
        inside.set()
        go_on.wait(5)
        return one_fit(asked)

    worker = fit_worker(compute, at_once=1, patience=0.2)
    busy = Asked(n=20, steps=3)
    first = threading.Thread(target=worker, args=(busy,))
    first.start()
    inside.wait(5)
    for asked in (busy, Asked(n=30, steps=3)):
        begun = time.monotonic()
        with pytest.raises(Left):
            worker(asked, leave)
        with pytest.raises(MoevizError, match=r"an answer within 0\.2 s"):
            worker(asked)
        assert time.monotonic() - begun < 2
    assert worker.waiting == 1
    go_on.set()
    first.join()
    assert worker.waiting == 0
    assert worker(busy).asked.n == 20


def test_one_who_comes_after_the_first_has_failed_waits_with_the_others():
    now, most, calls, lock = [0], [0], [0], threading.Lock()
    inside, go_on, fail = threading.Event(), threading.Event(), threading.Event()

    def compute(asked, should_stop):
        with lock:
            calls[0] += 1
            first = calls[0] == 1
            now[0] += 1
            most[0] = max(most[0], now[0])
        inside.set()
        (fail if first else go_on).wait(5)
        with lock:
            now[0] -= 1
        if first:
            raise SpecificationError("Expected more.")
        return one_fit(asked)

    worker, asked, found = fit_worker(compute, at_once=4), Asked(n=20, steps=3), []

    def ask():
        try:
            found.append(worker(asked))
        except SpecificationError as error:
            found.append(str(error))

    askers = [threading.Thread(target=ask) for _ in range(3)]
    for asker in askers[:2]:
        asker.start()
    inside.wait(5)
    inside.clear()
    fail.set()
    inside.wait(5)
    askers[2].start()
    while worker.waiting < 2:
        pass
    time.sleep(0.05)
    assert most[0] == 1
    go_on.set()
    for asker in askers:
        asker.join()
    assert calls[0] == 2
    assert sum(isinstance(one, str) for one in found) == 1
