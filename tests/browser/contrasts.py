"""How much what stands on a page differs from what is behind it, computed from its styles."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

TEXT, LARGE, MARK = 4.5, 3.0, 3.0
"""The least contrast of text, of large text, and of marks (WCAG 2.2, 1.4.3 and 1.4.11)."""

FAINT = ", ".join(
    (
        ".room-grid", ".room-wedge", ".room-guess", ".gridlayer *", ".js-fill", "polygon",
        ".points path[style*='opacity: 0.']",
    )
)  # fmt: skip
"""What a picture is read without: grids, fields and single fits behind what says the same, and a
class's own lines, of which each is one of many."""

MEASURE = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")


def contrasts(page: Page) -> list[dict[str, Any]]:
    """What stands on the page: text and marks with their ``ratio``, ``place`` and ``words``."""
    return page.evaluate(MEASURE, FAINT)


def least(of: dict[str, Any]) -> float:
    """The least contrast that a thing may have."""
    return MARK if of["kind"] == "mark" else LARGE if of["large"] else TEXT


def too_faint(page: Page) -> list[str]:
    """What differs too little from what is behind it."""
    return [
        f"{each['ratio']:.2f}: {each['kind']} {each['place']} {each['paint']} {each['words']}"
        for each in contrasts(page)
        if each["ratio"] < least(each) - 0.005
    ]
