"""Whether the server is alive and can do its work, for who watches over it."""

from __future__ import annotations

import asyncio
import json
import threading
from types import SimpleNamespace

import pytest
from starlette.responses import PlainTextResponse

from moeviz.engine import Store, StoreError
from moeviz.errors import MoevizError
from moeviz.ui.shared import health
from moeviz.ui.shared.health import Health, parts_of
from tests.ui.asks import ask, asked

APP = PlainTextResponse("the app")
WELL = {"store": "writable", "workers": 3, "missing": []}


def engine(store, workers: int = 3, ready: bool = True):
    hardware = {"workers": workers, "ready": ready, "scheduler": "tcp://10.0.0.1:8786"}
    return SimpleNamespace(store=store, hardware=lambda: hardware)


@pytest.mark.parametrize("base", ["", "lab", "/a/class/"])
def test_being_alive_asks_for_nothing_but_an_answer(base):
    app = Health(APP, base, parts=lambda: pytest.fail("nobody asked for that"))
    for path in {"/healthz", f"/{base.strip('/')}/healthz".replace("//", "/")}:
        answer = ask(app, path, {"host": "whatever"})
        assert (answer.status, answer.text) == (200, "ok\n")
    assert ask(app, "/x/healthz").text == "the app"
    assert ask(app, "/healthz", method="POST").text == "the app"


@pytest.mark.parametrize(
    ("found", "status"),
    [
        (WELL, 200),
        ({"store": "refuses", "workers": 3, "missing": ["store"]}, 503),
        ({"store": "writable", "workers": 0, "missing": ["workers"]}, 503),
    ],
)
def test_being_ready_says_what_is_missing(found, status):
    answer = ask(Health(APP, "lab", lambda: found), "/lab/readyz")
    assert answer.status == status
    assert json.loads(answer.text) == {"ready": status == 200, **found}


def test_a_store_and_workers_make_a_server_ready(tmp_path):
    running = engine(Store(tmp_path / "store"))
    assert parts_of(lambda: running) == WELL
    text = json.dumps(parts_of(lambda: running))
    assert str(tmp_path) not in text
    assert "10.0.0.1" not in text


def test_a_disk_that_is_full_is_no_store(tmp_path, monkeypatch):
    monkeypatch.setattr(health, "LEAST_ROOM", 2**80)
    assert parts_of(lambda: engine(Store(tmp_path)))["missing"] == ["store"]


def test_a_store_that_refuses_and_workers_that_have_not_started_are_missing(tmp_path):
    store = Store(tmp_path)
    store.shelf.write = lambda work: (_ for _ in ()).throw(StoreError("refused", tmp_path))
    found = parts_of(lambda: engine(store, ready=False))
    assert found == {"store": "refuses", "workers": 0, "missing": ["store", "workers"]}


def test_a_server_that_ends_is_not_ready():
    def ended():
        raise MoevizError("it ends")

    assert parts_of(ended)["missing"] == ["store", "workers"]


def test_a_store_that_does_not_answer_is_waited_for_once(monkeypatch):
    monkeypatch.setattr(health, "LONGEST_SECONDS", 0.05)
    go_on, looks = threading.Event(), []

    def parts():
        looks.append(1)
        go_on.wait(5)
        return WELL

    async def several():
        app = Health(APP, "", parts)
        late = [await asked(app, "/readyz") for _ in range(3)]
        assert looks == [1]
        go_on.set()
        while not app._looking.done():
            await asyncio.sleep(0.01)
        return late, await asked(app, "/readyz")

    late, then = asyncio.run(several())
    assert [answer.status for answer in late] == [503] * 3
    assert json.loads(late[0].text)["store"] == "does not answer"
    assert then.status == 200
