"""Whatever is killed or stopped, at any moment: the same numbers, and nothing kept done twice."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from databases import Postgres
from engine_helpers import MakeEngine, Run, until
from faults import APP, MINUTE, Case, blocks, family_of, specification
from logged_study import Logged

from moeviz.engine import Engine, Store
from moeviz.engine.workers.cluster import announced_address, end_host, start_host

pytestmark = pytest.mark.crowd  # one of each is in the suite: test_engine_local, test_store_faults

TURNS = 20
"""How often each happens, at a moment drawn by chance from the number in a case's name."""

Recovered = Callable[[float], None]


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """Address of a scheduler with two workers, which some tests kill."""
    host = start_host(2)
    try:
        yield announced_address(host)
    finally:
        end_host(host)


@pytest.fixture
def case(make_store: Callable[[], Store], tmp_path: Path) -> Case:
    return Case(make_store(), tmp_path / "blocks.log")


@pytest.fixture
def on_file(tmp_path: Path) -> Iterator[Case]:
    store = Store(tmp_path / "home")
    yield Case(store, tmp_path / "blocks.log")
    store.close()


@pytest.fixture
def served(postgres: Postgres, tmp_path: Path) -> Iterator[Case]:
    store = Store(tmp_path / "home", postgres.database())
    yield Case(store, tmp_path / "blocks.log")
    store.close()


class Moment:
    """A moment of a study: some time after so many of its blocks are kept."""

    def __init__(self, *seed: object) -> None:
        self.chance = random.Random(" ".join(map(str, seed)))
        self.kept = self.chance.randrange(len(blocks()) - 2)
        self.pause = self.chance.uniform(0.0, 0.3)

    def wait(self, case: Case, engine: Engine) -> None:
        until(lambda: bool(case.begun()) or not engine.look(case.job).active, 240)
        assert case.begun(), engine.look(case.job).message
        case.wait_for(self.kept)
        time.sleep(self.pause)


def finish(engine: Engine, case: Case, struck: float, recovered: Recovered) -> None:
    """Wait for a study's end, and look at all that was kept."""
    last = engine.wait(case.job, timeout=240)
    assert last.state == "done", last.message
    case.check()
    if any(at > struck for _, _, at in case.begun()):
        recovered(case.recovery(struck))


def host_of(case: Case) -> psutil.Process:
    """The process of the scheduler whose workers compute a study."""
    above = psutil.Process(case.begun()[-1][1]).parents()
    (host,) = [process for process in above if "moeviz.engine.workers.host" in process.cmdline()]
    return host


@pytest.mark.parametrize("turn", range(TURNS))
def test_a_worker_is_killed(
    case: Case, turn: int, make_engine: MakeEngine, cluster: str, recovered: Recovered
):
    moment = Moment("worker", turn)
    engine = make_engine(store=case.store, scheduler=cluster, study=Logged(str(case.log)))
    engine.submit(specification())
    moment.wait(case, engine)
    victim = moment.chance.choice([pid for _, pid, _ in case.begun()][-2:])
    os.kill(victim, signal.SIGKILL)
    finish(engine, case, time.time(), recovered)


@pytest.mark.parametrize("turn", range(TURNS))
def test_the_process_of_the_scheduler_is_killed(
    case: Case, turn: int, make_engine: MakeEngine, recovered: Recovered
):
    moment = Moment("host", turn)
    engine = make_engine(store=case.store, scheduler=None, workers=2, study=Logged(str(case.log)))
    engine.submit(specification())
    moment.wait(case, engine)
    host_of(case).kill()
    finish(engine, case, time.time(), recovered)


@pytest.mark.parametrize("turn", range(TURNS))
def test_the_process_of_the_scheduler_hangs(
    on_file: Case, turn: int, make_engine: MakeEngine, recovered: Recovered
):
    moment = Moment("stopped", turn)
    study = Logged(str(on_file.log))
    engine = make_engine(store=on_file.store, scheduler=None, workers=2, study=study)
    engine.submit(specification())
    moment.wait(on_file, engine)
    host_of(on_file).suspend()
    finish(engine, on_file, time.time(), recovered)


@pytest.mark.parametrize("turn", range(TURNS))
@pytest.mark.parametrize("workers", [False, True], ids=["app", "app-and-workers"])
def test_an_app_is_killed(
    case: Case,
    workers: bool,
    turn: int,
    run: Run,
    make_engine: MakeEngine,
    cluster: str,
    recovered: Recovered,
):
    """Half of the time somebody follows the study and takes it over, else it is asked for again."""
    moment = Moment("app", workers, turn)
    follows = moment.chance.random() < 0.5
    other = make_engine(store=case.store, scheduler=cluster, study=Logged(str(case.log)))
    app = run(APP, *case.words("" if workers else cluster))
    case.wait_for_an_app(app)
    if follows:
        other.submit(specification())
    moment.wait(case, other)
    for process in family_of(app.pid) if workers else [app]:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    struck = time.time()
    app.communicate()
    if not follows:
        other.submit(specification())
    finish(other, case, struck, recovered)


@pytest.mark.parametrize("turn", range(TURNS))
def test_a_worker_that_hangs_is_noticed_within_a_minute(
    on_file: Case, turn: int, make_engine: MakeEngine, cluster: str, recovered: Recovered
):
    case = on_file
    moment = Moment("hang", turn)
    engine = make_engine(store=case.store, scheduler=cluster, study=Logged(str(case.log)))
    engine.submit(specification())
    moment.wait(case, engine)
    victim = case.begun()[-1][1]
    kept = {block for block, _ in case.committed()}
    os.kill(victim, signal.SIGSTOP)
    struck = time.time()
    held = {block for block, pid, _ in case.begun() if pid == victim} - kept
    finish(engine, case, struck, lambda seconds: None)
    moments = dict(case.committed())
    seconds = max((moments[block] - struck for block in held), default=0.0)
    assert seconds < MINUTE
    recovered(seconds)


@pytest.mark.parametrize("turn", range(TURNS))
@pytest.mark.parametrize("how", ["fast", "immediate"])
def test_a_server_of_databases_is_started_again(
    served: Case,
    postgres: Postgres,
    how: str,
    turn: int,
    make_engine: MakeEngine,
    cluster: str,
    recovered: Recovered,
):
    moment = Moment(how, turn)
    engine = make_engine(store=served.store, scheduler=cluster, study=Logged(str(served.log)))
    engine.submit(specification())
    moment.wait(served, engine)
    postgres.restart(how)
    finish(engine, served, time.time(), recovered)
