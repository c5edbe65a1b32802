"""Addresses without a page and links that are too long are answered in plain words."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import pytest
from starlette.responses import PlainTextResponse

from moeviz.ui.shared.places import MOST_FIELDS, PROBES, Places

PAGES = {"convergence": "The lab", "checker": "The checker", "rates": "Rates"}


@dataclass
class Answer:
    status_code: int
    text: str


class Client:
    """Asks the application without a server."""

    def __init__(self, base: str = "") -> None:
        self.app = Places(PlainTextResponse("the app"), base, PAGES)

    def get(self, address: str) -> Answer:
        path, _, query = address.partition("?")
        scope = {"type": "http", "method": "GET", "path": path, "query_string": query.encode()}
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request"}

        async def send(message: Any) -> None:
            sent.append(message)

        asyncio.run(self.app(scope, receive, send))
        body = b"".join(message.get("body", b"") for message in sent)
        return Answer(sent[0]["status"], body.decode())


def client(base: str = "") -> Client:
    return Client(base)


@pytest.mark.parametrize("base", ["", "a/class"])
@pytest.mark.parametrize(
    "path", ["/convergence/x", "/convergence/x/y", "/checker/x?seed=1", "/a/b"]
)
def test_an_address_of_two_parts_says_that_it_has_no_page(base, path):
    prefix = f"/{base}" if base else ""
    answer = client(base).get(prefix + path)
    assert answer.status_code == 404
    assert "This address has no page." in answer.text
    first = path.split("/")[1]
    assert f'href="{prefix}/{first if first in PAGES else ""}"' in answer.text


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/convergence",
        "/convergence/",
        "/nonsense",
        "/static/js/index.js",
        "/_stcore/health",
        "/_stcore/upload_file/a/b",
        "/media/a.csv",
        "/component/a/b.js",
        "/moeviz/plotly.js",
        "/convergence?" + "&".join(["a=1"] * MOST_FIELDS),
    ],
)
def test_everything_else_is_the_apps(path):
    assert client().get(path).text == "the app"


@pytest.mark.parametrize("base", ["", "lab"])
@pytest.mark.parametrize("probe", PROBES)
def test_a_probe_below_a_page_is_sent_on_without_an_error(base, probe):
    start = f"/{base}/convergence" if base else "/convergence"
    answer = client(base).get(f"{start}/{probe}")
    assert (answer.status_code, answer.text) == (300, "")
    assert client(base).get(f"{start}/again/{probe}").status_code == 404


@pytest.mark.parametrize("path", ["/", "/convergence", "/checker"])
def test_a_link_of_too_many_parameters_says_so(path):
    answer = client().get(path + "?" + "&".join(["a=1"] * (MOST_FIELDS + 1)))
    assert answer.status_code == 414
    assert "at most 1,000 parameters, but this one has 1,001" in answer.text
    assert f'href="{path}"' in answer.text


def test_a_link_of_too_many_characters_says_so():
    answer = client().get("/convergence?a=" + "1" * 600_000)
    assert answer.status_code == 414
    assert "at most 524,288 characters, but this one has 600,002" in answer.text


def test_the_address_is_not_repeated_on_the_page():
    assert "script" not in client().get("/x/<script>alert(1)</script>").text
