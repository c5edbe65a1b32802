"""The first page without a browser: its tiles, and what it waits for."""

from __future__ import annotations

import asyncio
import gzip
import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from starlette.requests import Request

from moeviz.charts.gates import FIRST
from moeviz.ui.home.link import PICTURE
from moeviz.ui.home.tiles import KEY, TILES
from moeviz.ui.shared import pictures
from moeviz.ui.shared.datafile import DataFile
from moeviz.ui.shared.navigation import ADDRESSES, SECTIONS
from moeviz.ui.shared.tiles import tiles_routes
from tests.ui.still import told, visit

HOME = "pages/lab/home.py"


def test_every_page_has_a_tile_but_home_and_those_about_jobs(still):
    app = visit(HOME)
    assert not app.exception
    shown = [tile["page"] for tile in told(app, KEY)["tiles"]]
    about = {"room", *(ADDRESSES[path] for path in SECTIONS["Jobs"])}  # which others lead to
    assert set(shown) == set(ADDRESSES.values()) - about == set(shown) & set(TILES)
    begin = [way["href"] for way in told(app, KEY)["begin"]]
    assert begin[0].startswith("lessons?lesson=")
    assert begin[1] == "room"
    teaching = told(app, KEY)["begin"][1]
    assert "lecture room" in teaching["words"]
    assert teaching["more"]["href"].startswith("convergence?preset=cosine-exact")
    assert begin[2] == "rates"


def test_the_page_does_not_wait_for_the_pictures(still, monkeypatch):
    def never() -> None:
        raise AssertionError("the page made the pictures")

    monkeypatch.setattr(pictures, "PICTURES", DataFile("tiles", never))
    app = visit(HOME)
    assert not app.exception
    assert told(app, KEY)["pictures"] == "moeviz/tiles.json"


def test_a_link_says_where_the_arrows_were_left(still):
    app = visit(HOME, beta="2.7,0.75,-0.6,0.75", x="0.5,-0.25")
    assert not app.exception
    at = {h["id"]: h["at"] for h in json.loads(told(app, PICTURE)["document"])["handles"]}
    assert at["b1"] == [2.7, 0.75]
    assert at["b3"] == list(FIRST[2])
    assert at["x"] == [0.5, -0.25]
    assert app.query_params["beta"] == "2.7,0.75,-0.6,0.75"
    assert not visit(HOME).query_params


def test_a_bad_link_of_the_first_page_is_one_sentence_and_a_way_out(still):
    app = visit(HOME, beta="2.7,much")
    assert not app.exception
    (sentence,) = app.error
    assert "Expected beta to be up to" in sentence.value
    (button,) = app.button
    button.click().run()
    assert not app.error


@pytest.mark.parametrize("base", ["", "/lab"])
def test_a_lasting_address_leads_to_the_file_that_names_its_content(base):
    lead, file = tiles_routes(DataFile("tiles", lambda: {"gates": {"words": "*1*"}}), base)
    assert lead.path == f"{base}/moeviz/tiles.json"
    found = asyncio.run(lead.endpoint(Request({"type": "http", "path_params": {}})))
    assert found.status_code == 307
    name = found.headers["location"]
    assert "/" not in name  # So it holds below any path.
    version = name.removeprefix("tiles-").removesuffix(".json")
    asked = Request({"type": "http", "path_params": {"version": version}})
    answer = asyncio.run(file.endpoint(asked))
    assert json.loads(gzip.decompress(answer.body)) == {"gates": {"words": "*1*"}}


def test_many_who_come_first_have_a_file_made_once():
    made = []

    def make():
        made.append(1)
        time.sleep(0.05)
        return {"n": len(made)}

    file = DataFile("once", make)
    with ThreadPoolExecutor(8) as crowd:
        paths = set(crowd.map(lambda _: file.path(), range(8)))
    assert len(paths) == len(made) == 1
