"""What a page asks for while a test watches."""

from __future__ import annotations

from urllib.parse import urlsplit

from playwright.sync_api import Page

from tests.browser.lab import script_rests

QUIET_MS = 300
"""A page that asks for nothing for so long has come to rest."""

LONGEST_MS = 20_000


class Asked:
    """Every address that a page asks for from now on, in the order of asking.

    Parameters
    ----------
    page : Page
    rested : bool
        Wait first until the page has come to rest: whatever is asked for then, the hand has asked.

    Attributes
    ----------
    all : list of str
    """

    def __init__(self, page: Page, rested: bool = False) -> None:
        self.all: list[str] = []
        page.on("request", lambda request: self.all.append(request.url))
        if rested:
            self._rest(page)
            self.all.clear()

    @property
    def questions(self) -> list[str]:
        """All but Streamlit's own files.

        Scripts and fonts below ``/static/`` come when one of its parts is first drawn or a letter
        first needed: on a slow machine long after a page stands, and whatever the hand does.
        """
        return [url for url in self.all if not urlsplit(url).path.startswith("/static/")]

    def elsewhere(self, home: str) -> list[str]:
        """All that is asked of another host than that of `home`."""
        own = (home, home.replace("http", "ws", 1), "blob:", "data:")
        return [url for url in self.all if not url.startswith(own)]

    def _rest(self, page: Page) -> None:
        page.wait_for_load_state("networkidle")
        for _ in range(LONGEST_MS // QUIET_MS):
            script_rests(page)
            before = len(self.questions)
            page.wait_for_timeout(QUIET_MS)
            if len(self.questions) == before:
                return
        raise AssertionError(f"The page still asks after {LONGEST_MS / 1000:.0f} s: {self.all}")
