"""Projector mode and Share, on every page and by keyboard alone."""

from __future__ import annotations

import re
from contextlib import closing

import pytest
from playwright.sync_api import expect
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.browser.lab import Lab, seconds_until, walk
from tests.browser.test_checker import button

TELLS_WHEN_TAKEN_BACK = """() => {
    new MutationObserver((_, watch) => {
        const tabs = [...document.querySelectorAll('[role="tab"]')];
        const replay = tabs.find((tab) => tab.innerText === 'Replay');
        if (replay.ariaSelected === 'true') return;
        watch.disconnect();
        window.takenBack = true;
        [...document.querySelectorAll('button')].find((b) => b.innerText === 'Projector').click();
    }).observe(document.body, { subtree: true, attributeFilter: ['aria-selected'] });
}"""
"""Have the page tell the server something once the tab that was chosen last is shut."""


def root_size(page) -> float:
    return page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)")


def test_projector_mode_walks_along_and_ends(server, visit):
    page = visit()
    page.goto(f"{server.url}/rates")
    switch = page.get_by_role("button", name="Projector")
    expect(switch).to_have_attribute("aria-pressed", "false")
    before = root_size(page)
    switch.press("Enter")
    expect(page).to_have_url(re.compile(r"/rates\?v=1&projector=1$"))
    assert root_size(page) == 1.5 * before
    walk(page, "Decide", "Symbolic checker")
    button(page).wait_for()
    expect(page).to_have_url(re.compile(r"/checker\?.*projector=1"))
    assert root_size(page) == 1.5 * before
    expect(switch).to_have_attribute("aria-pressed", "true")
    switch.press("Enter")
    expect(page).not_to_have_url(re.compile("projector"))
    assert root_size(page) == before


def test_a_link_opens_in_projector_mode(server, visit):
    page = visit()
    page.goto(f"{server.url}/rates?projector=1")
    expect(page.get_by_role("button", name="Projector")).to_have_attribute("aria-pressed", "true")
    assert root_size(page) == 27


def test_the_screen_is_shared_as_a_link_and_as_a_code(server, visit):
    page = visit()
    page.goto(f"{server.url}/rates")
    share = page.get_by_role("button", name="Share")
    share.press("Enter")
    panel = page.get_by_role("dialog", name="Share this screen")
    expect(panel.get_by_role("textbox")).to_have_value(page.url)
    code = panel.get_by_role("img")
    expect(code).to_have_js_property("complete", True)
    assert code.evaluate("image => image.naturalWidth") > 0
    expect(panel.get_by_role("button", name="Copy")).to_be_focused()
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(share).to_be_focused()


@pytest.fixture(scope="module")
def drawers(server, pages):
    """A lab whose drawer is shut."""
    with pages.open() as page:
        lab = Lab(page, server.url)
        lab.open()
        yield lab


def test_escape_shuts_the_drawer_wherever_the_focus_is(drawers):
    lab = drawers
    for elsewhere in ("document.activeElement.blur()", "document.querySelector('main a').focus()"):
        lab.open_settings().get_by_role("textbox", name="Sample sizes").wait_for()
        lab.page.evaluate(elsewhere)
        lab.page.keyboard.press("Escape")
        expect(lab.settings).to_have_count(0)
        lab.settle()


def test_a_drawer_that_is_shown_again_after_escape_is_shut_until_something_else_is_pressed(
    drawers,
):
    lab = drawers
    lab.open_settings().get_by_role("textbox", name="Sample sizes").wait_for()
    lab.page.keyboard.press("Escape")
    expect(lab.settings).to_have_count(0)
    again = lab.page.evaluate_handle(
        """() => {
          const dialog = document.createElement("div");
          dialog.dataset.testid = "stDialog";
          dialog.innerHTML = "<button aria-label='Close'>Shut</button>";
          dialog.firstChild.onclick = () => dialog.remove();
          document.body.append(dialog);
          return dialog;
        }"""
    )
    lab.page.wait_for_function("dialog => !dialog.isConnected", arg=again)
    lab.page.keyboard.press("Shift")
    again.evaluate("dialog => document.body.append(dialog)")
    lab.page.wait_for_timeout(1500)
    assert again.evaluate("dialog => dialog.isConnected")
    again.evaluate("dialog => dialog.remove()")


def test_what_is_entered_in_the_drawer_is_kept_when_escape_shuts_it(drawers):
    lab = drawers
    sizes = lab.open_settings().get_by_role("textbox", name="Sample sizes")
    sizes.fill("300,1000,3000")
    sizes.press("Escape")
    expect(lab.settings).to_have_count(0)
    lab.settle()
    expect(lab.page).to_have_url(re.compile("sizes=300%2C1000%2C3000"))
    expect(lab.open_settings().get_by_role("textbox", name="Sample sizes")).to_have_value(
        "300,1000,3000"
    )


def test_a_tab_chosen_before_the_answer_to_the_one_before_stays_open(server, visit):
    """Answers are held back, and the page tells the server something else in between."""
    held, holds = [], []

    def through(route) -> None:
        to_server = route.connect_to_server()

        def answered(message) -> None:
            held.append((message, route))
            if not holds:
                release(len(held))

        to_server.on_message(answered)

    def release(count: int) -> None:
        for message, route in held[:count]:
            route.send(message)
        del held[:count]

    def answer() -> int:
        """The number of messages up to the end of the first whole answer that is held back."""
        kinds = [ForwardMsg.FromString(message).WhichOneof("type") for message, _ in held]
        return kinds.index("script_finished") + 1 if "script_finished" in kinds else 0

    with closing(visit()) as page:  # its socket stays routed
        page.route_web_socket(re.compile("/_stcore/stream"), through)
        page.goto(f"{server.url}/convergence?preset=cosine-exact&kept=1")
        first, second = (page.get_by_role("tab", name=name) for name in ("Details", "Replay"))
        first.wait_for()
        Lab(page, server.url).settle()
        page.get_by_role("tab", name="About").focus()
        holds.append("answers")
        page.keyboard.press("ArrowRight")
        seconds_until(lambda: page.wait_for_timeout(300) or answer(), 20)
        before = answer()
        page.keyboard.press("ArrowRight")
        expect(second).to_have_attribute("aria-selected", "true")
        page.evaluate(TELLS_WHEN_TAKEN_BACK)
        release(before)
        page.wait_for_function("() => window.takenBack")
        holds.clear()
        release(len(held))
        expect(page.get_by_role("button", name="Step forward")).to_be_visible()
        expect(second).to_have_attribute("aria-selected", "true")
        expect(second).to_be_focused()
