"""Behind a proxy that speaks TLS, below a path: pages, studies, links; and proxies that lie."""

from __future__ import annotations

import signal
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from moeviz.ui.shared.navigation import ADDRESSES
from tests.browser.lab import Lab
from tests.browser.proxy import certificate, proxied
from tests.browser.server import Server

pytestmark = pytest.mark.crowd


class Served(Server):
    """`python -m moeviz serve` as a unit of systemd's starts it."""

    base = "/a/class"

    def command(self) -> list[str]:
        start = [*super().command()[:2], "moeviz", "serve", "--headless", "--port", self.port]
        return [*start, "--base-path", self.base, "--proxy", "127.0.0.1"]


@pytest.fixture(scope="module")
def served(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with Served(tmp_path_factory.mktemp("proxied")) as server:
        server.wait_for_workers()
        yield server


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def secure(browser: Browser) -> Iterator[BrowserContext]:
    with browser.new_context(ignore_https_errors=True) as context:
        context.set_default_timeout(30_000)
        yield context


@pytest.mark.parametrize("keeps_host", [True, False])
def test_a_study_runs_to_its_end_behind_a_proxy(served, made, secure, keeps_host):
    told: list[str] = []
    with proxied(int(served.port), made, keeps_host) as address:
        page = secure.new_page()
        page.on("console", lambda m: told.append(m.text) if m.type == "error" else None)
        page.on("requestfailed", lambda r: told.append(r.url) if "/live/" not in r.url else None)
        lab = Lab(page, f"{address}{served.base}")
        lab.open(sizes="300,1000", replicates=3, seed=40 + keeps_host)
        lab.run()
        lab.wait_until_finished()
        assert page.url.startswith(f"{address}{served.base}/convergence?")
        assert page.evaluate("isSecureContext")
        page.get_by_role("button", name="Share").click()
        code = page.get_by_role("img", name="QR code of the link to this screen")
        expect(code).to_be_visible()
        assert code.evaluate("image => image.complete && image.naturalWidth > 0")
        cookies = {cookie["name"]: cookie for cookie in secure.cookies()}
        assert cookies["moeviz_visitor"]["secure"]
        assert cookies["moeviz_visitor"]["path"] == served.base
        page.close()
    assert told == []


def test_all_pages_stand_below_the_path_without_an_error(served, made, secure):
    told: list[str] = []
    with proxied(int(served.port), made) as address:
        for name in ["", *ADDRESSES.values()]:
            page = secure.new_page()
            page.on("console", lambda m: told.append(m.text) if m.type == "error" else None)
            page.goto(f"{address}{served.base}/{name}")
            expect(page.get_by_role("heading").first).to_be_visible()
            page.wait_for_timeout(1_500)  # what a page fetches when it stands
            page.close()
    assert told == []


HOSTILE = [
    "Host: evil.example",
    "Host: localhost\r\nHost: evil.example",
    "Host: localhost\r\nX-Forwarded-Host: evil.example",
    "Host: localhost\r\nX-Forwarded-Host: localhost, evil.example",
    "Host: localhost\r\nX-Forwarded-Host: a b<script>",
    "Host: localhost\r\nX-Forwarded-Host: [::1",
    "Host: localhost\r\nX-Forwarded-Host: evil.example:99999999",
]
HARMLESS = [
    "Host: localhost\r\nX-Forwarded-Proto: javascript",
    "Host: localhost\r\nX-Forwarded-For: " + "1.1.1.1, " * 600 + "x",
    "Host: localhost\r\nX-Forwarded-For: \x01\xff",
    "Host: localhost\r\nForwarded: for=evil;host=evil.example;proto=https",
    "Host: localhost\r\nX-Forwarded-Prefix: //evil.example\r\nX-Script-Name: /evil",
    "Host: localhost\r\nX-Original-URL: /_stcore/metrics\r\nX-Rewrite-URL: /_stcore/metrics",
]


@pytest.mark.parametrize("headers", [*HOSTILE, *HARMLESS])
def test_what_a_lying_proxy_says_leads_nowhere(served, headers):
    head = f"GET {served.base}/ HTTP/1.1\r\n{headers}\r\nConnection: close\r\n\r\n"
    with closing(socket.create_connection(("127.0.0.1", int(served.port)), 10)) as asks:
        asks.sendall(head.encode("latin-1"))
        answer = b"".join(iter(lambda: asks.recv(65_536), b"")).decode("utf-8", "replace")
    status = int(answer.split(" ", 2)[1])
    assert (status in (400, 403)) == (headers in HOSTILE)
    assert "<script>alert" not in answer
    assert "//evil.example" not in answer
    assert "Traceback" not in answer


def test_asked_to_end_it_ends_with_status_0_in_time_and_leaves_nothing(served):
    assert len(served.workers()) > 1
    assert served.stop(signal.SIGTERM) == []
    assert served.process.returncode == 0
    assert "Traceback" not in served.log.read_text()
