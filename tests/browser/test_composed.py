"""The services of `deploy/compose.yaml` as plain processes: their commands, one host, one study."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.lab import Lab
from tests.browser.server import ROOT, _free_port
from tests.engine.databases import Postgres, why_no_postgres
from tests.test_deploy import OURS, known, services

pytestmark = [
    pytest.mark.crowd,
    pytest.mark.skipif(why_no_postgres() is not None, reason=why_no_postgres() or ""),
    pytest.mark.skipif(not known("scheduler"), reason="needs the commands of a cluster"),
]

SECONDS = 120.0


class Composed:
    """What compose would start, without containers: names become ports of this machine."""

    def __init__(self, home: Path, store: str) -> None:
        self.home = home
        self.ports = {"8501": str(_free_port()), "8786": str(_free_port())}
        self.store = store
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str) -> None:
        service = services()[name]
        words = [self._here(str(word)) for word in service["command"]]
        said = {key: self._here(value) for key, value in service.get("environment", {}).items()}
        if "MOEVIZ_STORE" in said:
            said["MOEVIZ_STORE"] = self.store
        folder = self.home / name
        folder.mkdir()
        with (folder / "log").open("wb") as log:
            self.processes[name] = subprocess.Popen(
                [sys.executable, "-m", "moeviz", *words],
                env={**os.environ, "PYTHONPATH": str(ROOT), "MOEVIZ_HOME": str(folder), **said},
                cwd=folder,
                stdout=log,
                stderr=log,
            )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.ports['8501']}"

    def ready(self) -> dict[str, object]:
        try:
            with urlopen(f"{self.url}/readyz", timeout=5) as answer:
                return json.load(answer)
        except HTTPError as error:
            return json.load(error)
        except OSError:
            return {"ready": False}

    def logs(self) -> str:
        return "\n".join((self.home / n / "log").read_text()[-1500:] for n in self.processes)

    def _here(self, word: str) -> str:
        word = word.replace("0.0.0.0", "127.0.0.1").replace("scheduler:", "127.0.0.1:")
        for inside, port in self.ports.items():
            word = word.replace(inside, port)
        return word


@pytest.fixture(scope="module")
def composed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Composed]:
    with ExitStack() as stack:
        database = Postgres()
        stack.callback(database.end)
        made = Composed(tmp_path_factory.mktemp("composed"), database.database())
        for name in sorted(OURS, key=["scheduler", "worker", "quick", "app"].index):
            made.start(name)
            stack.callback(made.processes[name].kill)
        yield made


def test_a_study_runs_over_services_and_all_of_them_end_when_asked(composed, browser: Browser):
    end = time.monotonic() + SECONDS
    while not composed.ready()["ready"] and time.monotonic() < end:
        time.sleep(0.5)
    found = composed.ready()
    assert found["ready"], (found, composed.logs())
    assert found["store"] == "writable"
    with browser.new_context() as context:
        context.set_default_timeout(30_000)
        lab = Lab(context.new_page(), f"{composed.url}/moeviz")
        lab.open(sizes="300,1000", replicates=3, seed=77)
        lab.run()
        lab.wait_until_finished()
        expect(lab.page.get_by_role("heading").first).to_be_visible()
    for name in ("app", "quick", "worker", "scheduler"):
        process = composed.processes[name]
        process.send_signal(signal.SIGTERM)
        status = process.wait(30)
        assert status == 0 or (name != "app" and status in (-signal.SIGTERM, 143)), name
    assert "Traceback" not in (composed.home / "app" / "log").read_text()
