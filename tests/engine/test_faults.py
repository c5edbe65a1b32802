"""Whatever is killed or stopped, at any moment: the same numbers, and nothing kept done twice."""

from __future__ import annotations

import json
import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from databases import Postgres, ask
from engine_helpers import MakeEngine, Run, until
from faults import APP, MINUTE, Case, blocks, family_of, numbers, specification
from logged_study import Logged

from moeviz import study
from moeviz.engine import Engine, Store
from moeviz.engine.workers.cluster import announced_address, end_host, start_host

pytestmark = pytest.mark.crowd  # one of each is in the suite: test_engine_local, test_store_faults

TURNS = 20
"""How often each happens, at a moment drawn by chance from the number in a case's name."""

MOST_WAIT = 3.0
"""Seconds that anybody waits for an answer while a server of databases is away."""

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


def small(number: int) -> study.Specification:
    """A visitor's study of 8 blocks."""
    settings = {"sizes": (3000, 4000, 5000), "replicates": 30, "window_from": 3000}
    return study.PRESETS["cosine-exact"].build({**settings, "seed": 100 + number})


def numbers_of(store: Store) -> dict[tuple[str, str], object]:
    """All that is kept of all studies, but for the time that blocks took."""
    rows = ask(store, "SELECT hash, block, content FROM blocks")
    return {(job, block): numbers(json.loads(content)) for job, block, content in rows}


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
    logged = Logged(str(on_file.log))
    engine = make_engine(store=on_file.store, scheduler=None, workers=2, study=logged)
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


@pytest.mark.parametrize("how", ["stopped", "frozen"])
def test_the_server_of_databases_is_away_while_many_have_studies_under_way(
    request: pytest.FixtureRequest,
    served: Case,
    postgres: Postgres,
    tmp_path: Path,
    how: str,
    make_engine: MakeEngine,
    cluster: str,
    recovered: Recovered,
):
    """Each visitor's study ends as in an undisturbed run; nobody waits for the server meanwhile."""
    count = request.config.getoption("--visitors")
    specs = [small(number) for number in range(count + 1)]
    alone = make_engine(
        store=tmp_path / "alone", scheduler=cluster, study=Logged(str(tmp_path / "alone.log"))
    )
    for number, spec in enumerate(specs[:count]):
        alone.submit(spec, f"visitor {number}")
    assert {alone.wait(spec, 600).state for spec in specs[:count]} == {"done"}
    engine = make_engine(store=served.store, scheduler=cluster, study=Logged(str(served.log)))
    for number, spec in enumerate(specs):
        engine.submit(spec, f"visitor {number}")
    served.wait_for(count, 240)
    kept = len(served.committed())
    leave, back = {
        "stopped": (lambda: postgres.stop("immediate"), postgres.start),
        "frozen": (postgres.freeze, postgres.thaw),
    }[how]
    leave()
    end = time.monotonic() + request.config.getoption("--outage")
    answers = []
    try:
        while time.monotonic() < end:
            for spec in specs:
                began = time.monotonic()
                engine.look(spec)
                engine.wished_by(spec)
                answers.append(time.monotonic() - began)
            if len(answers) == len(specs):
                began = time.monotonic()
                engine.withdraw(specs[-1], f"visitor {count}")
                assert engine.look(specs[-1]).state in ("cancelled", "done")
                answers.append(time.monotonic() - began)
            time.sleep(0.5)
    finally:
        back()
    struck = time.time()
    print(f"{how}: {kept} blocks of {8 * (count + 1)} kept before, {len(answers)} answers")
    print(f"the slowest after {max(answers):.2f} s, the next {sorted(answers)[-2]:.2f} s")
    assert {engine.wait(spec, 600).state for spec in specs[:count]} == {"done"}
    print(f"all ended {time.time() - struck:.1f} s after it was back")
    last = specs[-1].hash
    found = numbers_of(served.store)
    assert {key: found[key] for key in found if key[0] != last} == numbers_of(alone.store)
    committed = served.committed()
    assert len(committed) == len(found), "each was kept once"
    recovered(min(at for _, at in committed if at > struck) - struck)
    assert max(answers) < MOST_WAIT
