"""A real browser against a fresh server. Without a browser these tests are skipped, save in CI."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Error, Page, expect, sync_playwright

from tests.assertions import counting
from tests.browser.lab import Lab, Reference, command_line
from tests.browser.server import Server

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC = [f"/Applications/{name}.app/Contents/MacOS/{name}" for name in ("Google Chrome", "Chromium")]


expect.set_options(timeout=15_000)  # two browsers and their servers share two cores
type(expect).__call__ = counting(type(expect).__call__)  # it asserts without the word


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    found = os.environ.get("MOEVIZ_CHROMIUM") or next(
        filter(None, map(shutil.which, [*NAMES, *MAC])), None
    )
    playwright = sync_playwright().start()
    try:
        try:
            opened = playwright.chromium.launch(executable_path=found, args=FLAGS)
        except Error as error:
            message = (
                "The browser tests need Chromium: install the package `chromium`, or set "
                f"MOEVIZ_CHROMIUM to its path ({str(error).splitlines()[0]})."
            )
            if os.environ.get("CI", "").lower() in ("true", "1"):
                pytest.fail(message)
            pytest.skip(message)
        yield opened
        opened.close()
    finally:
        playwright.stop()


@pytest.fixture(scope="session")
def server(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The server that most tests share; each takes a seed of its own, so none finds the other's."""
    with Server(tmp_path_factory.mktemp("moeviz")) as shared:
        shared.wait_for_workers()
        yield shared


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open a page in a context of its own; a script error on the page fails the test."""
    contexts = []
    errors: list[str] = []

    def open_page(**options: Any) -> Page:
        settings = {"viewport": {"width": 1600, "height": 1000}, "color_scheme": "light"}
        context = browser.new_context(**{**settings, **options})
        context.set_default_timeout(20_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture
def lab(server: Server, visit: Callable[..., Page]) -> Lab:
    """The convergence lab of the shared server, in a page of its own."""
    return Lab(visit(accept_downloads=True), server.url)


@pytest.fixture(scope="session")
def reference(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Reference:
    """A study as the command line computes it, in a process and a store of its own."""
    fields = {"sizes": "1000,3162,10000,31623", "replicates": 12, "candidates": 8, "seed": 21}
    home = tmp_path_factory.mktemp("command-line")
    return Reference(fields, command_line(home, "cosine-exact", fields))
