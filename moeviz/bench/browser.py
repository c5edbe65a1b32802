"""The browser that benchmarks of pages look through."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run")

SCREEN: Any = {"width": 1280, "height": 800}


def launching() -> dict[str, Any]:
    """Return what Playwright's `launch` is to be called with: the browser that is installed."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    return {"executable_path": found, "args": list(FLAGS)}


@contextmanager
def browsing() -> Iterator[Any]:
    """Open a browser, and close it afterwards."""
    # Only here: who does not measure pages needs no browser.
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**launching())
        try:
            yield browser
        finally:
            browser.close()
