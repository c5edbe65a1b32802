"""A server that nobody has visited: its first visitor, a worker that dies, and its end.

The tests share one server and run in this order: the first one must be the first to visit it.
"""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from moeviz.charts.table import replicates_csv
from tests.browser.lab import Lab
from tests.browser.server import Server


@pytest.fixture(scope="module")
def fresh_server(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("fresh")) as server:
        yield server


def test_the_first_visitor_may_come_by_a_deep_link(fresh_server, visit):
    lab = Lab(visit(), fresh_server.url)
    lab.open(sizes="300,1000", replicates=3)
    expect(lab.page.get_by_role("heading", name="Convergence lab")).to_be_visible()
    expect(lab.page.get_by_test_id("stTopNavSection")).to_have_text(["See", "Measure", "Decide"])
    expect(lab.page.get_by_text(re.compile("^12 fits"))).to_be_visible()
    lab.settle()
    expect(lab.page.get_by_text("Page not found")).to_have_count(0)
    expect(lab.page.get_by_role("dialog")).to_have_count(0)


@pytest.mark.crowd  # the engine has its own; this is the same through the page
def test_a_killed_worker_changes_no_number(fresh_server, visit, reference):
    lab = Lab(visit(accept_downloads=True), fresh_server.url)
    lab.open(**reference.fields)
    lab.run()
    victim = max(fresh_server.workers(), key=lambda process: process.cpu_times().user)
    os.kill(victim.pid, signal.SIGKILL)
    blocks = lab.page.get_by_text(re.compile(r"^\d+ of \d+ blocks")).inner_text()
    print(f"\nkilled worker {victim.pid} at {blocks}")
    lab.wait_until_finished()
    assert victim.pid not in {worker.pid for worker in fresh_server.workers()}
    _, text = lab.download("Data (CSV)")
    assert text == replicates_csv(reference.result)


def test_the_server_ends_with_all_its_workers(fresh_server):
    fresh_server.wait_for_workers()
    assert fresh_server.stop() == []
    log = Path(fresh_server.log).read_text()
    assert "Traceback" not in log, log[-3000:]
    assert "missing ScriptRunContext" not in log, log[-3000:]
