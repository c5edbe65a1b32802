"""Who reloads is the visitor of before; who has no name is a visitor of their own."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest
from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, JSONResponse, Response

from moeviz.ui.shared.person import (
    COOKIE,
    LENGTH,
    Persons,
    from_here,
    person,
    person_of,
    visitor,
)

NAME = "0" * 32


def cookies(
    answer: Response, cookie: str = "", base: str = "", scheme: str = "http", forwarded: str = ""
) -> list[str]:
    """The cookies that an answer sets."""
    told: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        told.append(message)

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    headers = [(b"cookie", cookie.encode())] if cookie else []
    headers += [(b"x-forwarded-proto", forwarded.encode())] if forwarded else []
    scope = {"type": "http", "method": "GET", "path": "/train", "headers": headers}
    scope["scheme"] = scheme
    asyncio.run(Persons(answer, base)(scope, receive, send))
    return [value.decode() for name, value in told[0]["headers"] if name == b"set-cookie"]


def test_a_browser_without_a_name_is_given_one_with_a_page():
    (first,) = cookies(HTMLResponse("page"))
    (second,) = cookies(HTMLResponse("page"))
    life = "; Max-Age=15552000; Path=/; HttpOnly; SameSite=Lax"
    assert re.fullmatch(f"{COOKIE}=[0-9a-f]{{32}}{life}", first)
    assert first != second


@pytest.mark.parametrize(
    ("scheme", "said", "secure"),
    [("http", "", False), ("https", "", True), ("wss", "", True), ("http", "https", False)],
)
def test_behind_https_a_name_goes_by_https_alone(scheme: str, said: str, secure: bool):
    (found,) = cookies(HTMLResponse("page"), scheme=scheme, forwarded=said)
    assert found.endswith("; Secure") == secure


def test_a_name_is_of_the_path_below_which_the_app_lives():
    (found,) = cookies(HTMLResponse("page"), base="course/")
    assert "; Path=/course;" in found


def test_what_is_no_page_gives_no_name():
    assert cookies(JSONResponse({})) == []


def test_a_name_stays_and_each_page_makes_its_life_longer():
    (found,) = cookies(HTMLResponse("page"), f"other=1; {COOKIE}={NAME}")
    assert found.startswith(f"{COOKIE}={NAME}; Max-Age=15552000;")
    assert cookies(JSONResponse({}), f"{COOKIE}={NAME}") == []


@pytest.mark.parametrize(
    ("headers", "here"),
    [
        ({"host": "a"}, True),
        ({"host": "a:8501", "origin": "http://a:8501", "sec-fetch-site": "same-origin"}, True),
        ({"host": "b", "x-forwarded-host": "a", "origin": "https://a"}, False),
        ({"host": "a", "origin": "http://evil"}, False),
        ({"host": "a", "origin": "null"}, False),
        ({"host": "a", "sec-fetch-site": "cross-site"}, False),
        ({"host": "a", "sec-fetch-site": "same-site"}, False),
    ],
)
def test_what_another_site_sends_is_known(headers: dict[str, str], here: bool):
    assert from_here(Headers(headers)) == here


def test_a_request_is_the_person_s_whose_page_it_comes_from():
    known = person_of(Headers({"cookie": f"{COOKIE}={NAME}"}))
    assert re.fullmatch(r"[0-9a-f]{16}", known)
    assert known not in NAME
    for cookie in ("", f"{COOKIE}=short", f"{COOKIE}", "=;;;"):
        assert person_of(Headers({"cookie": cookie})) == ""


@pytest.mark.parametrize("held", ["", "short", NAME.upper() + "g"])
def test_a_name_that_is_none_is_replaced(held: str):
    assert len(cookies(HTMLResponse("page"), f"{COOKIE}={held}")) == 1


def test_pages_of_one_person_have_their_beginning_in_common():
    assert person(f"{'a' * LENGTH}{'1' * 16}") == person(f"{'a' * LENGTH}{'2' * 16}")
    assert person(f"{'a' * LENGTH}{'1' * 16}") != person(f"{'b' * LENGTH}{'1' * 16}")


def test_outside_of_a_script_there_is_no_visitor():
    assert visitor() == ""
