"""The first page without a browser: its tiles, and what it waits for."""

from __future__ import annotations

import asyncio
import gzip
import json

import pytest
from starlette.requests import Request

from moeviz.ui.home.tiles import KEY, TILES
from moeviz.ui.shared import tiles as module
from moeviz.ui.shared.datafile import DataFile
from moeviz.ui.shared.navigation import ADDRESSES
from tests.ui.still import told, visit

HOME = "pages/lab/home.py"


def test_every_page_but_home_has_a_tile(still):
    app = visit(HOME)
    assert not app.exception
    shown = [tile["page"] for tile in told(app, KEY)["tiles"]]
    assert set(shown) == set(ADDRESSES.values()) == set(shown) & set(TILES)
    begin = [way["href"] for way in told(app, KEY)["begin"]]
    assert begin[0] == "lessons"
    assert begin[1].startswith("convergence?preset=cosine-exact")
    assert begin[2] == "rates"


def test_the_page_does_not_wait_for_the_pictures(still, monkeypatch):
    def never() -> None:
        raise AssertionError("the page made the pictures")

    monkeypatch.setattr(module, "PICTURES", DataFile("tiles", never))
    app = visit(HOME)
    assert not app.exception
    assert told(app, KEY)["pictures"] == "moeviz/tiles.json"


@pytest.mark.parametrize("base", ["", "/lab"])
def test_a_lasting_address_leads_to_the_file_that_names_its_content(monkeypatch, base):
    monkeypatch.setattr(module, "PICTURES", DataFile("tiles", lambda: {"gates": {"words": "*1*"}}))
    lead, file = module.tiles_routes(base)
    assert lead.path == f"{base}/moeviz/tiles.json"
    found = asyncio.run(lead.endpoint(Request({"type": "http", "path_params": {}})))
    assert found.status_code == 307
    name = found.headers["location"]
    assert "/" not in name  # So it holds below any path.
    version = name.removeprefix("tiles-").removesuffix(".json")
    asked = Request({"type": "http", "path_params": {"version": version}})
    answer = asyncio.run(file.endpoint(asked))
    assert json.loads(gzip.decompress(answer.body)) == {"gates": {"words": "*1*"}}
