"""Who reloads is the visitor of before; who has no name is a visitor of their own."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest
from starlette.responses import HTMLResponse, JSONResponse, Response

from moeviz.ui.shared.person import COOKIE, LENGTH, Persons, person, visitor

NAME = "0" * 32


def cookies(answer: Response, cookie: str = "", base: str = "") -> list[str]:
    """The cookies that an answer sets."""
    told: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        told.append(message)

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    headers = [(b"cookie", cookie.encode())] if cookie else []
    scope = {"type": "http", "method": "GET", "path": "/train", "headers": headers}
    asyncio.run(Persons(answer, base)(scope, receive, send))
    return [value.decode() for name, value in told[0]["headers"] if name == b"set-cookie"]


def test_a_browser_without_a_name_is_given_one_with_a_page():
    (first,) = cookies(HTMLResponse("page"))
    (second,) = cookies(HTMLResponse("page"))
    assert re.fullmatch(f"{COOKIE}=[0-9a-f]{{32}}; Path=/; HttpOnly; SameSite=Lax", first)
    assert first != second


def test_a_name_is_of_the_path_below_which_the_app_lives():
    (found,) = cookies(HTMLResponse("page"), base="course/")
    assert "; Path=/course;" in found


def test_what_is_no_page_gives_no_name():
    assert cookies(JSONResponse({})) == []


def test_a_name_stays():
    assert cookies(HTMLResponse("page"), f"other=1; {COOKIE}={NAME}") == []


@pytest.mark.parametrize("held", ["", "short", NAME.upper() + "g"])
def test_a_name_that_is_none_is_replaced(held: str):
    assert len(cookies(HTMLResponse("page"), f"{COOKIE}={held}")) == 1


def test_pages_of_one_person_have_their_beginning_in_common():
    assert person(f"{'a' * LENGTH}{'1' * 16}") == person(f"{'a' * LENGTH}{'2' * 16}")
    assert person(f"{'a' * LENGTH}{'1' * 16}") != person(f"{'b' * LENGTH}{'1' * 16}")


def test_outside_of_a_script_there_is_no_visitor():
    assert visitor() == ""
