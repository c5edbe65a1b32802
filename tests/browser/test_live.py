"""Following a job in a browser: by its stream, without one, and where there is no such job."""

from __future__ import annotations

import json
import re

from playwright.sync_api import expect

from moeviz.ui.shared.scripts import script_path
from tests.browser.asked import Asked
from tests.browser.lab import Lab
from tests.browser.server import Server
from tests.browser.test_checker import DECIDED_MS, FRESH, button

STREAM = re.compile(r"/moeviz/live/[0-9a-f]{16}\?")
FOLLOW = """async ([path, job]) => {
    const { follow } = await import(new URL(path, document.baseURI));
    return await new Promise((resolve) => {
        const said = [];
        const onMessage = (message) => said.push(message.state);
        follow(job, { theme: "dark", onMessage, onEnd: (last) => resolve({ said, last }) });
    });
}"""


TURNED = """() => document.dispatchEvent(new Event("visibilitychange"))"""
"""As if the page were looked at again: it asks for its stream anew."""


def decide(page, server: Server, claim: str, polled: bool = False) -> dict[str, int]:
    """Have a claim decided once the page follows that, and return how often it asked for what."""
    asked = Asked(page)
    page.goto(f"{server.url}/checker?claim={claim}")
    button(page).wait_for()

    def follows(request) -> bool:
        return "/moeviz/live/" in request.url and (".json" in request.url) == polled

    with server.undecided(), page.expect_request(follows):
        button(page).click()
    expect(page.get_by_text(FRESH)).to_be_visible(timeout=DECIDED_MS)
    live = [url for url in asked.all if "/moeviz/live/" in url]
    polls = sum(".json" in url for url in live)
    return {"stream": len(live) - polls, "json": polls}


def test_a_check_is_followed_by_its_stream_and_by_polling_where_there_is_none(server, visit):
    assert decide(visit(), server, "S1.d1") == {"stream": 1, "json": 0}
    page = visit()
    page.route(STREAM, lambda route: route.abort())
    asked = decide(page, server, "S2.d2", polled=True)
    assert asked["stream"] == 1
    assert asked["json"] >= 1


def test_who_is_refused_a_stream_that_they_had_asks_and_has_lost_no_connection(server, visit):
    page = visit()
    lab = Lab(page, server.url)
    asked = Asked(page)
    lab.open(sizes="300,1000", replicates=4, candidates=8, seed=7723)
    refused = {"status": 429, "content_type": "application/json", "body": '{"message": "Full."}'}
    with server.held():
        with page.expect_request(STREAM):
            lab.run_button.click()
        expect(page.get_by_text("0 of 6 parts")).to_be_visible()
        page.route(STREAM, lambda route: route.fulfill(**refused))
        with page.expect_request(re.compile(r"/moeviz/live/[0-9a-f]{16}\.json")):
            page.evaluate(TURNED)
        expect(page.get_by_text("Connection lost")).to_have_count(0)
    lab.wait_until_finished()
    assert sum(STREAM.search(url) is not None for url in asked.all) == 2


def test_a_finished_job_says_so_once_and_an_unknown_one_is_gone(server, visit):
    page = visit()
    asked = Asked(page)
    decide(page, server, "S1.d2")
    (job, *_) = re.findall(r"/live/([0-9a-f]{16})", " ".join(asked.all))
    path = script_path("live").removeprefix("/")
    found = page.evaluate(FOLLOW, [path, job])
    assert found["said"] == ["done"]
    assert found["last"]["job"] == job
    lost = page.evaluate(FOLLOW, [path, "0" * 16])
    assert lost["said"] == []
    assert lost["last"]["gone"]
    assert lost["last"]["message"].startswith("Expected a job")


def test_a_lost_connection_is_seen_until_it_is_back(server, visit):
    page = visit()
    lab = Lab(page, server.url)
    asked = []

    def broken(route) -> None:
        """Answer with a stream that ends at once, and after that not at all."""
        asked.append(route.request.url)
        news = {"job": re.search(r"live/(\w+)", asked[0])[1], "state": "running", "active": True}
        body = (
            f"retry: 200\ndata: {json.dumps({**news, 'sentence': 'Running', 'screen': None})}\n\n"
        )
        if len(asked) > 1:
            route.abort()
        else:
            route.fulfill(content_type="text/event-stream", body=body)

    page.route(STREAM, broken)
    lab.open(sizes="300,1000", replicates=4, candidates=8, seed=7721)
    with page.expect_event("requestfailed"):
        lab.run_button.click()
    lost = page.get_by_text("Connection lost; trying again")
    expect(lost).to_be_visible()
    page.unroute(STREAM)
    expect(lost).to_be_hidden()
    lab.wait_until_finished()
    assert len(asked) > 1  # The first was a stream.
