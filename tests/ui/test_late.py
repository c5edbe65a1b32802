"""Addresses of a module that is imported when somebody asks."""

from __future__ import annotations

import asyncio
import sys

import pytest
from starlette.exceptions import HTTPException
from starlette.routing import Router

from moeviz.ui.shared.late import Late

MODULE = """
from starlette.responses import PlainTextResponse
from starlette.routing import Route

async def answer(request):
    return PlainTextResponse(request.path_params["name"])

def routes(base):
    return [Route(f"{base}/moeviz/late/{{name}}", answer)]
"""
NAME = "moeviz_late_addresses_of_a_test"


class Turns:
    """Counts who waited for a turn, and whether the module was there already."""

    def __init__(self):
        self.met = []

    async def wait(self):
        self.met.append(NAME in sys.modules)


@pytest.fixture
def turns():
    return Turns()


@pytest.fixture(params=["", "/lab"])
def app(tmp_path, monkeypatch, request, turns):
    """The path below which an app lives, and the app: it has no addresses but late ones."""
    (tmp_path / f"{NAME}.py").write_text(MODULE, "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    yield request.param, Router([*Late(NAME, request.param, turns.wait).routes()])
    sys.modules.pop(NAME, None)


def asked(router, path):
    """Return status and body of an answer."""
    sent = []

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": path, "headers": [], "query_string": b""}
    asyncio.run(router({**scope, "app": None, "root_path": ""}, None, send))
    return sent[0]["status"], sent[1]["body"]


def test_the_module_is_imported_by_the_first_who_asks_in_its_turn(app, turns):
    base, router = app
    assert NAME not in sys.modules
    assert asked(router, f"{base}/moeviz/late/first") == (200, b"first")
    assert NAME in sys.modules
    assert asked(router, f"{base}/moeviz/late/second") == (200, b"second")
    assert turns.met == [False, True]


def test_what_it_does_not_have_is_not_found(app):
    base, router = app
    with pytest.raises(HTTPException) as refused:
        asked(router, f"{base}/moeviz/other")
    assert refused.value.status_code == 404
