"""The frame of every page: sections, projector mode in the address, and QR codes."""

from __future__ import annotations

import asyncio
import gzip
import json
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route
from streamlit.testing.v1 import AppTest

from moeviz.errors import SpecificationError
from moeviz.symbolic.catalogue import CATALOGUE
from moeviz.ui.shared.cards import CARDS
from moeviz.ui.shared.claims import CLAIMS, FIND_PATH, find_route
from moeviz.ui.shared.navigation import ADDRESSES, HOME, SECTIONS, TITLES
from moeviz.ui.shared.qr import LONGEST, qr_route, qr_svg
from tests.ui.still import visit


def test_every_page_stands_in_one_section():
    listed = [path for paths in SECTIONS.values() for path in paths]
    assert sorted(listed) == sorted([HOME, *ADDRESSES])
    assert set(TITLES) == set(ADDRESSES)


@pytest.mark.parametrize("page", [HOME, *ADDRESSES])
def test_projector_mode_stays_in_the_address_of_every_page(still, page):
    app = visit(page, projector="1")
    assert not app.exception
    assert app.query_params["projector"] == "1"
    app.run()
    assert app.query_params["projector"] == "1"


def test_projector_mode_walks_along(still):
    app = visit(HOME, projector="1")
    for page in ADDRESSES:
        app.query_params.clear()
        app.switch_page(page).run()
        assert app.query_params["projector"] == "1"


def test_once_it_was_switched_by_hand_a_late_address_changes_nothing(still):
    app = AppTest.from_function(page_of_projector, default_timeout=20)
    app.query_params["projector"] = "1"
    app.run()
    assert app.markdown[0].value == "True"
    app.button[0].click().run()
    assert "projector" not in app.query_params
    app.query_params["projector"] = "1"
    app.run()
    assert app.markdown[0].value == "False"
    assert "projector" not in app.query_params


def page_of_projector() -> None:
    """A page that says the mode, and a button that ends it."""
    import streamlit as st

    from moeviz.ui.shared.projector import follow_projector as follow
    from moeviz.ui.shared.projector import projector, say_projector, set_projector

    follow()
    st.markdown(str(projector()))
    st.button("Off", on_click=set_projector, args=(False,))
    say_projector()


def test_without_it_no_address_speaks_of_it(still):
    app = visit()
    assert not app.exception
    assert "projector" not in app.query_params


def test_it_changes_nothing_of_what_the_page_reads(still):
    plain, large = visit(atoms="3"), visit(atoms="3", projector="1")
    assert dict(large.query_params) == {**dict(plain.query_params), "projector": "1"}


def test_a_qr_code_is_a_picture_of_squares():
    svg = ElementTree.fromstring(qr_svg("http://127.0.0.1:8501/convergence?preset=cosine-exact"))
    left, top, width, height = map(float, svg.get("viewBox").split())
    assert (left, top) == (0, 0)
    assert width == height > 30


@pytest.mark.parametrize("text", ["", "x" * (LONGEST + 1), "ü" * LONGEST])
def test_a_text_that_no_phone_could_read_is_refused(text):
    with pytest.raises(SpecificationError, match="Expected a text of 1 to"):
        qr_svg(text)


def answer(route: Route, path: str, **query: str) -> Response:
    """What a route answers to an address that it takes."""
    scope = {"type": "http", "method": "GET", "path": path, "headers": []}
    scope["query_string"] = urlencode(query).encode()
    match, found = route.matches(scope)
    assert match is Match.FULL
    return asyncio.run(route.endpoint(Request({**scope, **found})))


@pytest.mark.parametrize("base", ["", "/lab"])
def test_the_app_serves_codes_and_cards(base):
    start = f"{base}/"
    code = answer(qr_route(base), f"{start}moeviz/qr.svg", text="http://here/?a=1&b=2")
    assert code.media_type == "image/svg+xml"
    assert ElementTree.fromstring(code.body) is not None
    assert answer(qr_route(base), f"{start}moeviz/qr.svg").status_code == 400
    cards = answer(CARDS.route(base), start + CARDS.path())
    assert set(json.loads(gzip.decompress(cards.body))) >= {"routers", "study"}
    assert answer(CARDS.route(base), f"{start}moeviz/cards-0.json").status_code == 404


@pytest.mark.parametrize("base", ["", "/lab"])
def test_the_app_serves_the_map_of_claims_and_finds_in_it(base):
    start = f"{base}/"
    whole, find = CLAIMS.route(base), find_route(base)
    packed = answer(whole, start + CLAIMS.path())
    tiles = [
        t for paper in json.loads(gzip.decompress(packed.body))["papers"] for t in paper["tiles"]
    ]
    assert sorted(c for tile in tiles for c in tile["claims"]) == sorted(CATALOGUE.claims)
    assert all(len(tile["verdicts"]) == len(tile["claims"]) for tile in tiles)
    assert answer(whole, f"{start}moeviz/claims-0.json").status_code == 404
    found = json.loads(
        answer(find, start + FIND_PATH[1:], text="reflection of two directions").body
    )
    assert found["claims"][0].startswith("C7.")
    assert json.loads(answer(find, start + FIND_PATH[1:]).body) == {"claims": []}
