"""A lecture room in browsers: the lecturer's screen, and a phone."""

from __future__ import annotations

import json
import re
from urllib.request import Request, urlopen

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.test_screens import barriers

MARKUP = "<img src=x onerror=alert(1)>"


def asked(url: str, path: str, data: object, cookie: str = "") -> tuple[dict[str, object], str]:
    """What a room says to a phone without a browser, and the cookie that it gives."""
    headers = {"Content-Type": "application/json", "Cookie": cookie}
    with urlopen(Request(url + path, json.dumps(data).encode(), headers)) as answer:
        given = answer.headers.get("set-cookie", "").partition(";")[0]
        return json.loads(answer.read()), given


def barriers_on(phone: Page) -> list[str]:
    """What axe-core calls serious or critical on a page without Streamlit."""
    response = Axe().run(phone).response
    assert len(response["passes"]) > 10
    return [
        f"{violation['id']}: {node['target']}"
        for violation in response["violations"]
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]


def test_a_class_predicts_by_keyboard_and_sees_what_came_out_when_it_is_revealed(server, visit):
    desk, phone = visit(1280, 800), visit(390, 844, "dark")
    said: list[str] = []
    for page in (desk, phone):
        page.on("console", lambda message: said.append(message.text))
    desk.goto(f"{server.url}/room")
    desk.get_by_role("button", name="What is a gauge?").press("Enter")
    code = desk.locator(".room-code").inner_text(timeout=60_000)
    assert re.fullmatch("[A-Z]{6}", code)
    place = f"/moeviz/room/{code}"
    _, cookie = asked(server.url, f"{place}/join", {"nickname": MARKUP})

    phone.goto(f"{server.url}/join")
    phone.get_by_label("Code on the screen").press_sequentially(code.lower())
    phone.get_by_role("button", name="Join").press("Enter")
    expect(phone.locator("h1")).to_have_text("Look")
    expect(desk.locator(".room-here")).to_have_text("1 here")
    for page in (desk, phone):  # The picture of the lesson, which keeps still until all have said.
        expect(page.locator(".room-thing svg").first).to_be_visible()
        assert page.locator(".room-thing .plane-handle").count() == 0
    for private in ("names", "notes"):  # What the lecturer sees stands on the wall.
        assert desk.locator(f".room-{private} details[open]").count() == 0
    desk.get_by_role("button", name="Next").press("Enter")
    expect(phone.locator("h1")).to_contain_text("Whose colours change?")
    expect(desk.locator(".room-title")).to_be_focused()
    assert barriers_on(phone) == []
    phone.get_by_role("radio", name="both").press("Space")
    phone.get_by_role("button", name="Send").press("Enter")
    expect(phone.locator(".phone-sent")).to_contain_text("Sent: both")
    asked(server.url, f"{place}/answer", {"step": "predict", "answer": "right"}, cookie)
    expect(desk.locator(".room-big")).to_have_text("2")
    assert desk.locator(".room-bars").count() == 0  # Nobody on the wall sees what is said so far.
    phone.reload()
    expect(phone.locator(".phone-sent")).to_contain_text("Sent: both")

    desk.get_by_role("button", name="Reveal").first.press("Enter")
    expect(desk.locator(".room-takeaway")).to_contain_text("1 of 2 were right (50 %).")
    expect(phone.locator(".phone-words").first).to_contain_text("You said both routers’; it is")
    expect(phone.locator(".room-right")).to_contain_text("✓ right")
    assert barriers(desk) == []
    assert barriers_on(phone) == []
    expect(desk.locator(".room-notes summary")).to_contain_text("Anybody who sees this screen")
    desk.get_by_role("button", name="Projector").press("Enter")
    expect(desk.locator(".room-notes")).to_be_hidden()
    desk.get_by_role("button", name="Projector").press("Enter")
    desk.get_by_role("button", name="Undo reveal").press("Enter")
    expect(phone.get_by_role("button", name="Sent ✓")).to_be_visible()
    desk.get_by_text("Ask something else").click()
    desk.get_by_label("Question").fill(r"Is $\beta_1 \le 2$?")
    desk.get_by_label("Answers, one a line").fill("$\\beta_1$\nno")
    desk.get_by_role("button", name="Ask it now").click()
    for page in (desk, phone):
        expect(page.locator("h1 math").last).to_have_text("β1≤2")
    expect(phone.get_by_role("radio").first).to_have_accessible_name(re.compile(r"β\s*1"))
    assert "$" not in phone.locator("main").inner_text()
    desk.get_by_role("button", name="End", exact=True).press("Enter")
    desk.get_by_role("button", name="End for all?").press("Enter")
    expect(phone.locator("h1")).to_have_text("The room has ended.")
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert [line for line in said if "rror" in line] == []
