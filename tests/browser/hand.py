"""A finger on the screen, as the browser's own protocol puts it there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from playwright.sync_api import CDPSession, Locator, Page


def centre(locator: Locator) -> tuple[float, float]:
    """The middle of what is on the screen."""
    box = locator.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


class Finger:
    """One finger.

    Parameters
    ----------
    session : CDPSession
        Of the page.
    """

    def __init__(self, session: CDPSession) -> None:
        self._session = session

    def drag(self, handle: Locator, path: Iterable[tuple[float, float]]) -> None:
        """Put the finger on a handle, move it by so many pixels from there, and lift it."""
        handle.scroll_into_view_if_needed()
        x, y = centre(handle)
        self._say("touchStart", (x, y))
        for dx, dy in path:
            self._say("touchMove", (x + dx, y + dy))
        self._say("touchEnd")

    def _say(self, kind: str, *places: tuple[float, float]) -> None:
        points = [{"x": x, "y": y} for x, y in places]
        self._session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


@contextmanager
def touched(page: Page) -> Iterator[Finger]:
    """Give a page a screen that is touched, and take it away afterwards."""
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    try:
        yield Finger(session)
    finally:
        session.send("Emulation.setTouchEmulationEnabled", {"enabled": False})
        session.detach()
