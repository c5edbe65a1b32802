"""The pages of one browser, each of which is left to the next test that needs one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import BrowserContext, ConsoleMessage, Error, Page

from tests.browser.lab import leave


class Pages:
    """Pages that remember nothing when they are opened.

    Parameters
    ----------
    context : BrowserContext
        What all of them share.
    """

    def __init__(self, context: BrowserContext) -> None:
        self._context = context
        self._left: list[Page] = []  # The next one's scripts are compiled there already.
        self._held: list[Page] = []

    @contextmanager
    def open(self, width: int = 1600, height: int = 1000, scheme: str = "light") -> Iterator[Page]:
        """Give a page, and leave it afterwards; an error of a script, or what may not run, fails.

        Parameters
        ----------
        width, height : int
            Of the screen.
        scheme : str
            ``"light"`` or ``"dark"``.
        """
        page = self._left.pop() if self._left else self._context.new_page()
        self._held.append(page)
        errors: list[str] = []

        def note(error: Error) -> None:
            errors.append(str(error))

        def look(message: ConsoleMessage) -> None:
            if "Content Security Policy" in message.text:
                errors.append(message.text)

        page.bring_to_front()  # One behind others that gets another size draws once a second.
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=scheme, reduced_motion="null")
        page.on("pageerror", note)
        page.on("console", look)
        try:
            yield page
        finally:
            self._held.remove(page)
            if not page.is_closed():
                page.remove_listener("pageerror", note)
                page.remove_listener("console", look)
                # What one test let through or not is its own.
                page.unroute_all(behavior="ignoreErrors")
                leave(page)
                self._left.append(page)
        assert errors == []

    def close_others(self) -> None:
        """Close the pages that others have opened, as a link does that opens a page of its own."""
        for page in self._context.pages:
            if page not in self._held and page not in self._left:
                page.close()
