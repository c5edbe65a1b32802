"""Every lesson from end to end, on a fresh server, by keyboard alone, with wrong answers."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from playwright.sync_api import expect

from moeviz.lessons import LESSONS
from tests.browser.contrasts import too_faint
from tests.browser.keys import SLOW_MS
from tests.browser.server import Server
from tests.browser.walked import Walk

SCREENS = {"desk": (1280, 800), "phone": (390, 844)}

pytestmark = [pytest.mark.crowd, pytest.mark.timeout(1200)]


@pytest.mark.parametrize(
    ("screen", "scheme"),
    [("desk", "light"), ("phone", "dark"), ("desk", "dark"), ("phone", "light")],
)
@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_is_walked_by_keyboard_with_wrong_answers(name, screen, scheme, visit, tmp_path):
    lesson = LESSONS[name]
    shots = Path(os.environ.get("MOEVIZ_SHOTS", tmp_path))
    said: list[str] = []
    faint: dict[str, list[str]] = {}
    with Server(tmp_path / "home") as server:
        server.wait_for_workers()
        page = visit(*SCREENS[screen], scheme)
        page.on("console", lambda message: said.append(message.text))

        def picture(of: str) -> Path:
            path = shots / f"{name}-{screen}-{scheme}-{of}.png"
            page.screenshot(path=path)
            # While a run arrives, what it is laid over is pale.
            if of != "live" and (found := too_faint(page)):
                faint[of] = found
            return path

        walk = Walk(page, lesson, picture)
        page.goto(f"{server.url}/lessons")
        began = time.monotonic()
        begin = page.get_by_role("button", name="Begin", exact=True)
        begin.last.wait_for(timeout=SLOW_MS)
        expect(begin).to_have_count(len(LESSONS))
        walk.keys.press(begin.nth(list(LESSONS).index(name)))
        walk.go()
        walk.keys.press(walk.button("All lessons"))
        expect(page.get_by_text("You came to its end.")).to_have_count(1)
        walk.rest("at the list")
        picture("list")
        took = time.monotonic() - began
        page.goto("about:blank")
    each = ", ".join(f"{step} {seconds:.1f}" for step, seconds in walk.seconds.items())
    print(f"\nWALK {name} {screen} {scheme}: {took:.1f} s ({each}); lost: {walk.lost}")
    assert said == []
    assert walk.lost == []
    assert faint == {}
