"""What stands on a room's screens differs enough from what is behind it, in both schemes."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from moeviz.lessons import LESSONS
from moeviz.lessons.reader import looked_up
from moeviz.rooms.lesson_agenda import of_lesson
from tests.browser.contrasts import contrasts, too_faint
from tests.browser.walked import wrong


def test_what_differs_too_little_is_found_wherever_it_stands(visit):
    page = visit(600, 400)
    page.set_content(
        """<body style="margin: 0; background: white; color: black"><p>black</p>
        <p style="color: #888">grey</p><p style="font-size: 30px; color: #888">large</p>
        <p style="opacity: 0.5">pale</p><button disabled style="color: #ccc">idle</button>
        <div style="background: black; color: #333; height: 40px; overflow: auto">
        <p style="margin-top: 900px">below</p></div>
        <svg width="40" height="40"><g class="room-grid"><path d="M0 0L9 9" stroke="#eee"/></g>
        <path d="M0 0L40 40" stroke="#aaa" fill="none"/></svg>"""
    )
    found = [line.rsplit(" ", 1)[-1] or line.split()[1] for line in too_faint(page)]
    assert found == ["grey", "pale", "below", "mark"]


@pytest.mark.crowd
@pytest.mark.timeout(600)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", LESSONS)
def test_all_on_the_wall_and_on_a_phone_can_be_read(server, visit, name, scheme):
    lesson, found, least = LESSONS[name], {}, {}
    facts = looked_up(lesson)
    desk, phone = visit(1280, 800, scheme), visit(390, 844, scheme)
    desk.goto(f"{server.url}/room")
    desk.get_by_role("button", name=lesson.title).press("Enter")
    code = desk.locator(".room-code").inner_text(timeout=60_000)
    phone.goto(f"{server.url}/join?code={code}")
    phone.get_by_role("button", name="Join").press("Enter")

    def look(step: str) -> None:
        for page in (desk, phone):
            page.wait_for_timeout(1200)
            if faint := too_faint(page):
                found[f"{step} {page.viewport_size['width']}"] = faint
            for each in contrasts(page):
                kind = each["kind"]
                least[kind] = min(each["ratio"], least.get(kind, 21.0))

    for step in of_lesson(lesson, facts).steps:
        expect(phone.locator("h1")).to_be_visible()
        look(step.id)
        if step.asks:
            said = wrong(lesson.step(step.id).question, facts)
            answer = list(said) if isinstance(said, tuple) else said
            phone.evaluate(
                """async ([path, data]) => (await fetch(path, {
                    method: "POST", headers: { "Content-Type": "application/json" },
                    body: JSON.stringify(data),
                })).ok""",
                [f"moeviz/room/{code}/answer", {"step": step.id, "answer": answer}],
            )
            desk.get_by_role("button", name="Look at answers now").press("Enter")
            desk.get_by_role("button", name="Reveal").first.press("Enter")
            expect(phone.locator(".phone-picture")).to_be_visible()
            look(f"{step.id} revealed")
        if desk.get_by_role("button", name="Next", exact=True).is_enabled():
            desk.get_by_role("button", name="Next", exact=True).press("Enter")
    desk.get_by_role("button", name="End", exact=True).press("Enter")
    desk.get_by_role("button", name="End for all?").press("Enter")
    expect(phone.locator("h1")).to_have_text("The room has ended.")
    look("ended")
    print(f"\nCONTRAST {name} {scheme}: at least {least}")
    assert found == {}
