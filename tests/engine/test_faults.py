"""Whatever is killed or stopped, at any moment: the same numbers, and nothing kept done twice."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from databases import Postgres
from engine_helpers import MakeEngine, Run, until
from faults import APP, MINUTE, Case, blocks, family_of, host_under, now, specification
from logged_study import Logged

from moeviz.engine import Store

pytestmark = pytest.mark.crowd  # one of each is in the suite: test_engine_local, test_store_faults

TURNS = 20
"""How often each happens, at a moment drawn by chance from the number in a case's name."""

Recovered = Callable[[float], None]


@pytest.fixture
def case(make_store: Callable[[], Store], tmp_path: Path) -> Iterator[Case]:
    return Case(make_store(), tmp_path / "blocks.log")


class Moment:
    """A moment of a study: some time after so many of its blocks are kept."""

    def __init__(self, *seed: object) -> None:
        self.chance = random.Random(" ".join(map(str, seed)))
        self.kept = self.chance.randrange(len(blocks()) - 1)
        self.pause = self.chance.uniform(0.0, 0.5)

    def wait(self, case: Case) -> None:
        until(lambda: bool(case.begun()), 120)
        case.wait_for(self.kept)
        time.sleep(self.pause)


def ended(app: subprocess.Popen[str], seconds: float = 180.0) -> None:
    """Wait for an app to say that all went well."""
    out, err = app.communicate(timeout=seconds)
    assert out.startswith("done "), (out, err)
    assert "Traceback" not in err, err


def kill_a_worker(app: subprocess.Popen[str], case: Case, chance: random.Random) -> None:
    with suppress(ProcessLookupError):
        os.kill(chance.choice([pid for _, pid, _ in case.begun()][-3:]), signal.SIGKILL)


def kill_the_host(app: subprocess.Popen[str], case: Case, chance: random.Random) -> None:
    with suppress(ValueError, psutil.NoSuchProcess):  # it has ended
        host_under(app.pid).kill()


@pytest.mark.parametrize("turn", range(TURNS))
@pytest.mark.parametrize("kill", [kill_a_worker, kill_the_host])
def test_a_study_survives_what_computes_it(
    case: Case, kill: Callable[..., None], turn: int, run: Run, recovered: Recovered
):
    moment = Moment(kill.__name__, turn)
    app = run(APP, *case.words())
    moment.wait(case)
    kill(app, case, moment.chance)
    struck = now()
    ended(app)
    case.check()
    if any(at > struck for _, _, at in case.begun()):
        recovered(case.recovery(struck))


def kill_the_app(app: subprocess.Popen[str]) -> None:
    app.kill()


def kill_all(app: subprocess.Popen[str]) -> None:
    for process in family_of(app.pid):
        with suppress(psutil.NoSuchProcess):
            process.kill()


@pytest.mark.parametrize("turn", range(TURNS))
@pytest.mark.parametrize("kill", [kill_the_app, kill_all])
def test_a_study_outlives_its_app(
    case: Case, kill: Callable[..., None], turn: int, run: Run, recovered: Recovered
):
    moment = Moment(kill.__name__, turn)
    app = run(APP, *case.words())
    moment.wait(case)
    kill(app)
    app.communicate()
    struck = now()
    ended(run(APP, *case.words()))
    case.check()
    recovered(case.recovery(struck))


@pytest.mark.parametrize("turn", range(TURNS))
@pytest.mark.parametrize("kill", [kill_the_app, kill_all])
def test_who_follows_a_study_takes_it_over(
    case: Case,
    kill: Callable[..., None],
    turn: int,
    run: Run,
    make_engine: MakeEngine,
    recovered: Recovered,
):
    moment = Moment("follow", kill.__name__, turn)
    follower = make_engine(store=case.store, study=Logged(str(case.log)))
    app = run(APP, *case.words())
    until(lambda: bool(case.begun()), 120)
    follower.submit(specification())
    moment.wait(case)
    kill(app)
    struck = now()
    assert follower.wait(case.job, timeout=180).state == "done"
    case.check()
    if any(at > struck for _, _, at in case.begun()):
        recovered(case.recovery(struck))


@pytest.mark.parametrize("turn", range(TURNS))
def test_a_worker_that_hangs_is_noticed_within_a_minute(
    tmp_path: Path, turn: int, run: Run, recovered: Recovered
):
    case = Case(Store(tmp_path / "home"), tmp_path / "blocks.log")
    moment = Moment("hang", turn)
    app = run(APP, *case.words())
    moment.wait(case)
    victim = moment.chance.choice([pid for _, pid, _ in case.begun()][-2:])
    os.kill(victim, signal.SIGSTOP)
    struck = now()
    kept = {block for block, at in case.committed()}
    held = {block for block, pid, _ in case.begun() if pid == victim} - kept
    ended(app)
    case.check()
    case.store.close()
    noticed = max([at for block, at in case.committed() if block in held], default=struck) - struck
    assert noticed < MINUTE
    recovered(round(noticed, 2))


@pytest.mark.parametrize("turn", range(TURNS))
@pytest.mark.parametrize("how", ["fast", "immediate"])
def test_a_server_of_databases_is_started_again(
    postgres: Postgres, tmp_path: Path, how: str, turn: int, run: Run, recovered: Recovered
):
    case = Case(Store(tmp_path / "home", postgres.database()), tmp_path / "blocks.log")
    moment = Moment(how, turn)
    app = run(APP, *case.words())
    moment.wait(case)
    postgres.restart(how)
    struck = now()
    ended(app)
    case.check()
    case.store.close()
    if any(at > struck for _, _, at in case.begun()):
        recovered(case.recovery(struck))
