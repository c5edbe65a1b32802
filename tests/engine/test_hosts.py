"""Hosts that are cut off in the middle of a study, and come back: the same numbers."""

from __future__ import annotations

import random
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from databases import Postgres, ask, need_postgres
from engine_helpers import until
from faults import APP, MINUTE, Case, blocks
from hosts import Host, Network, why_no_hosts

from moeviz.engine import Store

pytestmark = pytest.mark.crowd

TURNS = 20
PORT = 8786
COUNT = """
import sys, time
from distributed import Client
client = Client(sys.argv[1], set_as_default=False)
while True:
    count = client.run_on_scheduler(lambda dask_scheduler: len(dask_scheduler.workers))
    print(count, time.time(), file=open(sys.argv[2], "a"), flush=True)
    time.sleep(0.5)
"""

Recovered = Callable[[float], None]


class Site:
    """A host with a database, one with an app, a scheduler and a worker, and one with a worker."""

    def __init__(self, folder: Path) -> None:
        self.network = Network()
        self.database, self.first, self.second = (self.network.host() for _ in range(3))
        self.postgres = Postgres(self.database)
        self.scheduler = f"tcp://{self.first.address}:{PORT}"
        self._counts = folder / "counts.txt"
        self._started: list[subprocess.Popen[str]] = []
        self._start(
            self.first, "-m", "moeviz", "scheduler", "--host", self.first.address, "--port", PORT,
        )  # fmt: skip
        for host in (self.first, self.second):
            self._start(host, "-m", "moeviz", "worker", self.scheduler, "--workers", 1)
        self._start(self.first, "-c", COUNT, self.scheduler, self._counts)

    def _start(self, host: Host, *words: object) -> None:
        self._started.append(host.python(*words, again=True))

    def counts(self) -> list[tuple[int, float]]:
        """How many workers there were, and when."""
        text = self._counts.read_text() if self._counts.exists() else ""
        lines = [line.split() for line in text.splitlines(keepends=True) if line.endswith("\n")]
        return [(int(count), float(at)) for count, at in lines]

    def wait_for_workers(self, number: int, since: float = 0.0) -> float:
        """Wait for so many workers; return the first moment since another at which that was so."""

        def moments() -> list[float]:
            return [at for count, at in self.counts() if count == number and at > since]

        until(lambda: bool(moments()), 240)
        return moments()[0]

    def app(self, host: Host, case: Case, scheduler: str) -> subprocess.Popen[str]:
        url = self.postgres.over_network(str(case.store.shelf.url))
        return host.python("-c", APP, *case.words(scheduler, url), hears=True)

    def end(self) -> None:
        for process in self._started:
            family = psutil.Process(process.pid).children(recursive=True)
            process.kill()  # first what would start the others again
            process.wait()
            for one in family:
                with suppress(psutil.NoSuchProcess):
                    one.kill()
        self.postgres.end()
        self.network.end()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    need_postgres()
    reason = why_no_hosts()
    if reason is not None:
        pytest.skip(reason)
    made = Site(tmp_path_factory.mktemp("site"))
    yield made
    made.end()


@pytest.fixture
def case(site: Site, tmp_path: Path) -> Iterator[Case]:
    store = Store(tmp_path / "home", site.postgres.database())
    site.wait_for_workers(2, time.time())
    yield Case(store, tmp_path / "blocks.log")
    for host in (site.database, site.first, site.second):
        host.join()
    store.close()


def at_some_moment(case: Case, app: subprocess.Popen[str], chance: random.Random) -> None:
    case.wait_for_an_app(app)
    case.wait_for(chance.randrange(len(blocks()) - 3))
    time.sleep(chance.uniform(0.0, 0.3))


def ended(app: subprocess.Popen[str]) -> None:
    out, err = app.communicate(timeout=240)
    assert out.startswith("done "), (out, err)


@pytest.mark.parametrize("turn", range(TURNS))
def test_the_host_of_a_worker_is_cut_off(site: Site, case: Case, turn: int, recovered: Recovered):
    """Half of the time it is back while the study goes on, half of the time afterwards."""
    chance = random.Random(f"worker {turn}")
    app = site.app(site.first, case, site.scheduler)
    at_some_moment(case, app, chance)
    site.second.cut()
    struck = time.time()
    before = dict(case.committed())
    begun = case.begun()
    if turn % 2:
        time.sleep(chance.uniform(0.0, 30.0))
        site.second.join()
    ended(app)
    case.check()
    moments = dict(case.committed())
    late = [moments[block] - struck for block, _, _ in begun if block not in before]
    assert max(late, default=0.0) < MINUTE, "what it held was given to another"
    recovered(max(late, default=0.0))
    if not turn % 2:
        assert site.wait_for_workers(1, struck) - struck < MINUTE
        site.second.join()
    site.wait_for_workers(2, time.time())


@pytest.mark.parametrize("turn", range(TURNS))
def test_the_host_of_an_app_is_cut_off_from_the_database(
    site: Site, case: Case, turn: int, recovered: Recovered
):
    chance = random.Random(f"database {turn}")
    app = site.app(site.first, case, site.scheduler)
    at_some_moment(case, app, chance)
    site.database.cut()
    time.sleep(chance.uniform(0.5, 30.0))
    site.database.join()
    struck = time.time()
    ended(app)
    case.check()
    recovered(max(at for _, at in case.committed()) - struck)


@pytest.mark.parametrize("turn", range(TURNS))
def test_what_an_app_on_a_host_that_is_cut_off_had_is_taken_over(
    site: Site, case: Case, turn: int, recovered: Recovered
):
    """Its lease is a minute; when it comes back it leaves the study to the other."""
    chance = random.Random(f"lease {turn}")
    first = site.app(site.first, case, site.scheduler)
    case.wait_for_an_app(first)
    other = site.app(site.second, case, "")
    at_some_moment(case, first, chance)
    site.first.cut()
    struck = time.time()
    ended(other)
    site.first.join()
    first.communicate(timeout=240)
    case.check()
    assert len(ask(case.store, "SELECT block FROM told")) == len(blocks())
    if any(at > struck for _, _, at in case.begun()):
        recovered(case.recovery(struck))
