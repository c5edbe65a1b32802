"""Fixtures: one local cluster for most tests, and engines on stores of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
if str(HERE) not in sys.path:
    sys.path.insert(0, str(HERE))

import toy_study  # noqa: E402
from databases import Postgres, need_postgres  # noqa: E402
from engine_helpers import Log, Run  # noqa: E402
from recoveries import RECOVERY, keep, line, rows  # noqa: E402

from moeviz.engine import Engine, Store  # noqa: E402
from moeviz.engine.workers.cluster import announced_address, end_host, start_host  # noqa: E402


@pytest.fixture(scope="session")
def scheduler() -> Iterator[str]:
    """Address of a scheduler with two workers."""
    host = start_host(2)
    try:
        yield announced_address(host)
    finally:
        end_host(host)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A server of PostgreSQL."""
    need_postgres()
    server = Postgres()
    yield server
    server.end()


@pytest.fixture(params=["sqlite", "postgresql"])
def make_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Store]]:
    """A function that opens one store, again and again, as each process would."""
    url = None
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres").database()
    stores = []

    def make() -> Store:
        stores.append(Store(tmp_path / "home", url))
        return stores[-1]

    yield make
    for store in stores:
        store.close()


@pytest.fixture
def store(make_store: Callable[[], Store]) -> Store:
    return make_store()


@pytest.fixture
def make_engine(scheduler: str, tmp_path: Path) -> Iterator[Callable[..., Engine]]:
    """A function that makes engines on the common cluster and one store; closed at the end."""
    engines = []

    def make(**options: Any) -> Engine:
        defaults = {"store": tmp_path / "home", "scheduler": scheduler, "study": toy_study}
        engines.append(Engine(**{**defaults, **options}))
        return engines[-1]

    yield make
    for engine in engines:
        engine.close()


@pytest.fixture
def engine(make_engine: Callable[..., Engine]) -> Engine:
    return make_engine()


@pytest.fixture
def log(tmp_path: Path) -> Log:
    return Log(tmp_path / "blocks.log")


@pytest.fixture
def recovered(request: pytest.FixtureRequest) -> Callable[[float], None]:
    """A function that notes the seconds after which a study went on, for the end of all tests."""

    def note(seconds: float) -> None:
        request.node.user_properties.append((RECOVERY, seconds))

    return note


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--faults", type=Path, help="JSON file for what came of each fault")
    parser.addoption("--visitors", type=int, default=40, help="how many meet an outage")
    parser.addoption("--outage", type=float, default=38.0, help="seconds that it lasts")


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Say of each fault how often it was met, and how long that took at most."""
    kinds = ("passed", "failed", "error")
    found = rows(report for kind in kinds for report in terminalreporter.getreports(kind))
    if found:
        terminalreporter.section("ended as undisturbed, and seconds until a study went on")
    for row in found:
        terminalreporter.write_line(line(row))
    if found and config.getoption("faults"):
        keep(found, config.getoption("faults"))


@pytest.fixture
def run() -> Iterator[Run]:
    """A function that starts a Python script, a file or its text, with arguments.

    The script can import moeviz and the toy study. It is killed at the end if need be.
    """
    scripts = []

    def start(script: str | Path, *arguments: object, **options: Any) -> subprocess.Popen[str]:
        what = [str(script)] if isinstance(script, Path) else ["-c", script]
        paths = [str(HERE.parent.parent), str(HERE)]
        scripts.append(
            subprocess.Popen(
                [sys.executable, "-W", "error", *what, *map(str, arguments)],
                env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                **options,
            )
        )
        return scripts[-1]

    yield start
    for script in scripts:
        script.kill()
        script.communicate()
