"""A hand that has a keyboard and nothing else."""

from __future__ import annotations

from playwright.sync_api import Locator, Page

MOST_TABS = 120
"""So many stops lie at most between two things of one step."""

SLOW_MS = 60_000
"""A fresh server has nothing in its memory yet, and others may use the machine."""

STAYS = """() => [...document.querySelectorAll(".moeviz-meaning:popover-open")]
    .some((box) => !box.parentElement.contains(document.activeElement))"""
"""Whether the meaning of a word covers the page though the keyboard has gone on."""


class Keys:
    """A hand that has a keyboard and nothing else.

    Parameters
    ----------
    page : Page
    """

    def __init__(self, page: Page) -> None:
        self.page = page

    def reach(self, target: Locator) -> None:
        """Press Tab until something has the focus."""
        target.wait_for(timeout=SLOW_MS)
        for _ in range(MOST_TABS):
            if target.evaluate("node => node.contains(document.activeElement)"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{target} is not reached by {MOST_TABS} times Tab")

    def turn_to(self, group: Locator, place: int) -> None:
        """Go to one of those that are one stop of the keyboard, by its arrows."""
        here = "nodes => nodes.indexOf(document.activeElement)"
        for _ in range(2 * group.count()):
            at = group.evaluate_all(here)
            if at == place:
                return
            self.page.keyboard.press("ArrowRight" if at < place else "ArrowLeft")
        raise AssertionError(f"no arrow leads to {place} of {group}")

    def press(self, target: Locator, key: str = "Enter") -> None:
        """Go to something and press a key there."""
        self.reach(target)
        assert not self.page.evaluate(STAYS)
        self.page.keyboard.press(key)
