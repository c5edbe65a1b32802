"""What comes with every answer, and which of Streamlit's addresses are not there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route
from streamlit import file_util

from moeviz.ui.shared.closed import Closed
from moeviz.ui.shared.policies import ALWAYS, Policies
from tests.ui.asks import ask

DOCUMENT = Path(file_util.get_static_dir()) / "index.html"


async def _page(request):
    answer = HTMLResponse("<p>page</p>")
    answer.set_cookie("_streamlit_xsrf", "x")
    return answer


async def _drawing(request):
    return Response("<svg/>", media_type="image/svg+xml")


async def _text(request):
    return PlainTextResponse("text")


APP = Starlette(
    routes=[Route("/", _page), Route("/qr.svg", _drawing), Route("/{rest:path}", _text)]
)


def rules(policy: str) -> dict[str, list[str]]:
    return {rule.split()[0]: rule.split()[1:] for rule in policy.split("; ")}


def sent(path: str = "/", *frames: str, scheme: str = "http") -> Headers:
    app = Policies(APP, frames, DOCUMENT)
    return ask(app, path, {"host": "lab.example:81"}, scheme=scheme).headers


def test_no_text_is_run_as_code_and_nothing_comes_from_elsewhere():
    said = rules(sent()["content-security-policy"])
    assert said["default-src"] == ["'none'"]
    assert said["frame-ancestors"] == ["'self'"]
    assert {"'unsafe-inline'", "'unsafe-eval'", "*", "data:", "https:"}.isdisjoint(
        said["script-src"]
    )
    hosts = {s for sources in said.values() for s in sources if "//" in s}
    assert hosts == {"ws://lab.example:81", "wss://lab.example:81"}


def test_scripts_of_streamlits_document_are_known_by_their_content():
    inline = re.findall("<script>", DOCUMENT.read_text("utf-8"))
    said = rules(sent()["content-security-policy"])
    assert len([s for s in said["script-src"] if s.startswith("'sha256-")]) == len(inline) > 0


@pytest.mark.parametrize("path", ["/", "/qr.svg", "/static/x.js"])
def test_every_answer_has_its_type_and_tells_other_sites_nothing(path):
    headers = sent(path)
    assert {name: headers[name] for name in ALWAYS} == ALWAYS


def test_pages_stand_in_no_foreign_frame_unless_a_site_was_named():
    assert sent()["x-frame-options"] == "SAMEORIGIN"
    named = sent("/", "https://course.example")
    assert rules(named["content-security-policy"])["frame-ancestors"] == [
        "'self'",
        "https://course.example",
    ]
    assert "x-frame-options" not in named


def test_a_drawing_opened_as_a_page_runs_nothing():
    said = rules(sent("/qr.svg")["content-security-policy"])
    assert said["default-src"] == ["'none'"]
    assert "script-src" not in said


def test_cookies_given_over_https_come_back_over_https_alone():
    assert sent(scheme="https")["set-cookie"].endswith("; Secure")
    assert "Secure" not in sent()["set-cookie"]


@pytest.mark.parametrize("base", ["", "a/class"])
@pytest.mark.parametrize(
    ("path", "there"),
    [
        ("/_stcore/metrics", False),
        ("/_stcore/script-health-check", False),
        ("/_stcore/agent/openapi.json", False),
        ("/_stcore/agent/mcp", False),
        ("/_stcore", False),
        ("//_stcore//metrics", False),
        ("/auth/login", False),
        ("/oauth2callback", False),
        ("/component/x/index.html", False),
        ("/app/static/x", False),
        ("/_stcore/health", True),
        ("/_stcore/host-config", True),
        ("/_stcore/upload_file/a/b", True),
        ("/_stcore/bidi-components/a/b.js", True),
        ("/media/a.csv", True),
        ("/static/js/index.js", True),
        ("/applications", True),
    ],
)
def test_addresses_that_no_page_asks_for_are_not_there(base, path, there):
    closed = Closed(APP, base)
    for prefix in {"", f"/{base}".rstrip("/")}:
        assert closed.closes(prefix + path) != there
