"""Whoever sends what no page writes harms nobody: a page or a sentence, and no job."""

from __future__ import annotations

import asyncio
import json
import re
import time
from urllib.error import HTTPError
from urllib.parse import parse_qsl, urlencode
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import expect

from moeviz.engine import Store
from moeviz.engine.listing import kept_jobs
from moeviz.study import PRESETS
from moeviz.train.presets import PRESETS as TRAINING_PRESETS
from moeviz.ui.crowd.visitor import visiting
from moeviz.ui.shared.navigation import ADDRESSES
from tests.browser.hostile import files, queries
from tests.browser.server import Server, finished

SEED = 20_260
LEAKS = r"Traceback|site-packages|/tests/|(?<!\\)<(script|img)"
"""What no sentence holds: where code lies, and markup that is not marked as text."""

SECONDS = 20.0
"""An answer on a machine that has much else to do; it holds no other visitor up for longer."""


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """A server of its own, so that all that its log says is about these tests."""
    with Server(tmp_path_factory.mktemp("hostile")) as server:
        server.wait_for_workers()
        yield server


@pytest.mark.crowd
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("address", ["", *sorted(ADDRESSES.values())])
def test_a_hundred_hostile_addresses_harm_no_page(alone, address):
    logged = len(alone.log.read_text())
    before = jobs(alone)
    for query, shown, seconds in finished(opened(alone, address)):
        kinds = {element.WhichOneof("type") for element in shown}
        assert shown, query
        assert "exception" not in kinds, query
        assert not unexpected(shown), (query, said(shown))
        assert seconds < SECONDS, query
        for alert in (e.alert.body for e in shown if e.WhichOneof("type") == "alert"):
            assert len(alert) < 3000, query
            assert not re.search(r"Traceback|site-packages|/tests/|(?<!\\)<(script|img)", alert), (
                query
            )
    assert jobs(alone) == before
    assert not re.search(r"Traceback|ERROR", alone.log.read_text()[logged:])
    began = time.monotonic()
    with urlopen(f"{alone.url}/_stcore/health", timeout=5) as answer:
        assert answer.status == 200
    assert time.monotonic() - began < 1.0


async def opened(server, address: str) -> list[tuple[str, list[object], float]]:
    """What a page shows for each of a hundred queries."""
    async with visiting(server.url, address, polls=False) as visitor:
        own = parse_qsl(visitor.query, keep_blank_values=True)
    found = []
    for query in queries(own, 100, SEED):
        text = urlencode(query)
        async with visiting(server.url, address, polls=False) as visitor:
            visitor.query = text
            seconds = await asyncio.wait_for(visitor.run(), 60)
            found.append((text[:300], list(visitor.elements), seconds))
    return found


def said(shown) -> str:
    return " ".join(
        getattr(e, kind).body
        for e in shown
        if (kind := e.WhichOneof("type")) in ("markdown", "alert")
    )


def unexpected(shown) -> bool:
    """Whether the page says that something happened that nobody had foreseen."""
    return "went wrong" in said(shown) or "unexpected" in said(shown).lower()


def jobs(server) -> set[object]:
    return {job.name for job in kept_jobs(Store(server.home))}


def study_file() -> bytes:
    spec = PRESETS["cosine-over"].build({"sizes": (400, 800), "replicates": 5, "noise": 0.2})
    return json.dumps(spec.to_json()).encode()


def training_file() -> bytes:
    return json.dumps(next(iter(TRAINING_PRESETS.values())).build({}).to_json()).encode()


@pytest.mark.crowd
@pytest.mark.timeout(1200)
@pytest.mark.parametrize(
    ("address", "good"), [("convergence", study_file), ("train", training_file)]
)
def test_thirty_hostile_files_are_refused_in_a_sentence(alone, visit, address, good):
    page = visit()
    logged, before = len(alone.log.read_text()), jobs(alone)
    refusals = 0
    for number, content in enumerate(files(good(), 30, SEED)):
        page.goto(f"{alone.url}/{address}")
        page.get_by_role("button", name=re.compile("^Settings")).click()
        page.locator("input[type=file]").set_input_files(
            {"name": "specification.json", "mimeType": "application/json", "buffer": content}
        )
        refused = page.get_by_role("dialog").get_by_test_id("stAlert")
        # A file whose change is harmless is taken, which shuts the drawer.
        expect(refused.or_(page.locator("body:not(:has([role=dialog]))"))).to_be_visible(
            timeout=60_000
        )
        if refused.count():
            refusals += 1
            sentence = refused.inner_text()
            assert re.search(r"\.$", sentence.strip()), (number, sentence)
            assert len(sentence) < 3000, number
            assert not re.search(r"Traceback|site-packages", sentence), number
    assert refusals >= 20  # All that are no specification at all, at least.
    assert jobs(alone) == before
    assert not re.search(r"Traceback|ERROR", alone.log.read_text()[logged:])


@pytest.mark.crowd
@pytest.mark.timeout(1200)
def test_thirty_hostile_texts_are_learnt_from_or_refused(alone, visit):
    page = visit()
    logged, before = len(alone.log.read_text()), jobs(alone)
    for content in files(b"to be or not to be, that is the question. " * 400, 30, SEED):
        page.goto(f"{alone.url}/train")
        page.get_by_role("button", name=re.compile("^Text:")).click()
        page.locator("input[type=file]").set_input_files(
            {"name": "text.txt", "mimeType": "text/plain", "buffer": content}
        )
        refused = page.get_by_test_id("stPopoverBody").get_by_test_id("stAlert")
        taken = page.get_by_role("button", name=re.compile("^Text: your own"))
        expect(refused.or_(taken).first).to_be_visible(timeout=60_000)
        if refused.count():
            assert re.search(r"\.$", refused.inner_text().strip())
    assert jobs(alone) == before
    assert not re.search(r"Traceback|ERROR", alone.log.read_text()[logged:])


@pytest.mark.crowd
def test_a_file_sent_past_the_page_needs_a_session_and_its_token(alone):
    for path in ("nobody/1", "../../x/1", "%2e%2e/1", "a" * 3000 + "/1"):
        request = Request(f"{alone.url}/_stcore/upload_file/{path}", data=b"x" * 100, method="PUT")
        with pytest.raises(HTTPError) as refused:
            urlopen(request, timeout=5)
        refused.value.close()
        assert 400 <= refused.value.code < 500
