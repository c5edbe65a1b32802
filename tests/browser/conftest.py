"""A real browser against a fresh server. Without a browser these tests are skipped, save in CI."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Error,
    Page,
    expect,
    sync_playwright,
)

from tests.assertions import counting
from tests.browser.lab import Lab, Reference, command_line, leave
from tests.browser.pages import Pages
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


@pytest.fixture(scope="session")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """What the pages of all tests share: the cache, for a cold one costs each page a second."""
    with browser.new_context() as shared:
        shared.set_default_timeout(20_000)
        yield shared


@pytest.fixture(scope="session")
def pages(context: BrowserContext) -> Pages:
    """The pages of all tests; those of a module that only look at one place share a visit."""
    return Pages(context)


@pytest.fixture
def visit(pages: Pages) -> Iterator[Callable[..., Page]]:
    """Open a page that remembers nothing; an error of a script, or what may not run, fails it."""
    with ExitStack() as opened:

        def open_page(width: int = 1600, height: int = 1000, scheme: str = "light") -> Page:
            return opened.enter_context(pages.open(width, height, scheme))

        yield open_page
        pages.close_others()


@pytest.fixture(scope="session")
def hand(browser: Browser) -> Iterator[Page]:
    """A page with the size and the finger of a phone, which tests leave to each other."""
    size = {"width": 390, "height": 844}
    with browser.new_context(viewport=size, has_touch=True, is_mobile=True) as phone:
        yield phone.new_page()


@pytest.fixture
def phone(hand: Page) -> Iterator[Page]:
    """A page of a phone that remembers nothing."""
    yield hand
    hand.unroute_all(behavior="ignoreErrors")
    leave(hand)


@pytest.fixture
def lab(server: Server, visit: Callable[..., Page]) -> Lab:
    """The convergence lab of the shared server."""
    return Lab(visit(), server.url)


@pytest.fixture(scope="session")
def reference(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Reference:
    """A study as the command line computes it, in a process and a store of its own."""
    fields = {"sizes": "1000,3162,10000", "replicates": 6, "candidates": 8, "seed": 21}
    home = tmp_path_factory.mktemp("command-line")
    return Reference(fields, command_line(home, "cosine-exact", fields))
