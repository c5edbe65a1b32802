"""Databases for tests: a server of PostgreSQL, and rows changed behind a store's back."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import pytest
from sqlalchemy import create_engine, make_url, text

from moeviz.engine import Store

if TYPE_CHECKING:
    from hosts import Host

REQUIRED = "MOEVIZ_REQUIRE_POSTGRES"
"""The environment's name for whether PostgreSQL must be there: 1 in continuous integration."""

NOBODIES = ("postgres", "nobody")
"""Users as whom PostgreSQL runs where the tests run as root, which it refuses."""


def program(name: str) -> str | None:
    """Where a program of PostgreSQL's is, the newest that Debian has."""
    debian = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return shutil.which(name) or (str(debian[-1]) if debian else None)


def why_no_postgres() -> str | None:
    if program("initdb") is None or program("pg_ctl") is None:
        return "PostgreSQL is not installed (initdb, pg_ctl)"
    if os.getuid() == 0 and (unprivileged() is None or shutil.which("runuser") is None):
        return "PostgreSQL refuses root, and there is no other user to run it as"
    return None


def need_postgres() -> None:
    """Skip a test where there is no PostgreSQL; fail it where that must not be."""
    reason = why_no_postgres()
    if reason is not None:
        leave = pytest.fail if os.environ.get(REQUIRED) == "1" else pytest.skip
        leave(reason)


def unprivileged() -> str | None:
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next((name for name in NOBODIES if name in known), None)


class Postgres:
    """A server on a socket in a folder of its own.

    Parameters
    ----------
    host : Host, optional
        Where it runs, to be reached from other hosts too; at `address` there.
    """

    def __init__(self, host: Host | None = None) -> None:
        self._host = host
        self.folder = Path(tempfile.mkdtemp(prefix="moeviz-pg-"))
        self._as: Sequence[str] = ()
        if os.getuid() == 0:
            user = unprivileged()
            assert user is not None
            shutil.chown(self.folder, user)
            self._as = ("runuser", "-u", user, "--")
        self.data = self.folder / "data"
        self._made = 0
        words = ["-D", self.data, "-U", "moeviz", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"]
        self._run("initdb", *words)
        if host is not None:
            with (self.data / "pg_hba.conf").open("a") as rules:
                rules.write("host all all samenet trust\n")
        self.start()

    def start(self) -> None:
        listen = self._host.address if self._host is not None else "''"
        options = f"-c unix_socket_directories={self.folder} -c listen_addresses={listen}"
        self._control("start", "-o", f"{options} -c fsync=off")

    def stop(self, how: str = "fast") -> None:
        self._control("stop", "-m", how)

    def restart(self, how: str) -> None:
        self._control("restart", "-m", how)

    def freeze(self) -> None:
        """Have all processes stand still: connections stay, and nothing is answered."""
        for process in self._processes():
            process.suspend()

    def thaw(self) -> None:
        for process in self._processes():
            process.resume()

    def _processes(self) -> list[psutil.Process]:
        first = psutil.Process(int((self.data / "postmaster.pid").read_text().split()[0]))
        return [first, *first.children(recursive=True)]

    def database(self) -> str:
        """URL of a database that nothing is in."""
        self._made += 1
        name = f"store{self._made}"
        engine = create_engine(self._url("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        engine.dispose()
        return self._url(name)

    def end(self) -> None:
        self.stop("immediate")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _url(self, name: str) -> str:
        return f"postgresql+psycopg://moeviz@/{name}?host={self.folder}"

    def over_network(self, url: str) -> str:
        """URL of a database for other hosts."""
        assert self._host is not None
        return url.replace("@/", f"@{self._host.address}/").partition("?")[0]

    def _control(self, what: str, *words: object) -> None:
        log = self.folder / "log"
        self._run("pg_ctl", "-D", self.data, *words, "-l", log, "-w", "-t", "60", what)

    def _run(self, name: str, *words: object) -> None:
        started = [*self._as, str(program(name)), *map(str, words)]
        done = subprocess.run(
            started if self._host is None else self._host.words(*started),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            cwd="/",
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()


def address(store: Store) -> str:
    """URL of a store's database."""
    return store.shelf.url or f"sqlite:///{store.root / 'store.db'}"


def ask(store: Store | str, statement: str, **values: Any) -> list[tuple[Any, ...]]:
    """Do something to a store's rows that the store knows nothing of; return what is said."""
    engine = create_engine(store if isinstance(store, str) else address(store))
    with engine.begin() as connection:
        done = connection.execute(text(statement), values)
        found = [tuple(row) for row in done] if done.returns_rows else [(done.rowcount,)]
    engine.dispose()
    return found


def spoil(store: Store, block_id: str, content: str = "{}") -> None:
    """Change a block without its checksum."""
    sql = "UPDATE blocks SET content = :content WHERE block = :block"
    assert ask(store, sql, content=content, block=block_id) == [(1,)]


_TOLD = {
    "sqlite": (
        "CREATE TABLE told (block TEXT, at DOUBLE PRECISION)",
        *(
            f"CREATE TRIGGER told_{what} AFTER {what} ON blocks "
            "BEGIN INSERT INTO told VALUES (NEW.block, NEW.written); END"
            for what in ("INSERT", "UPDATE")
        ),
    ),
    "postgresql": (
        "CREATE TABLE told (block TEXT, at DOUBLE PRECISION)",
        "CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN INSERT INTO told VALUES (NEW.block, NEW.written); RETURN NULL; END $$",
        "CREATE TRIGGER told AFTER INSERT OR UPDATE ON blocks FOR EACH ROW EXECUTE FUNCTION tell()",
    ),
}


def tell_commits(store: Store) -> None:
    """Have a store's database note each write of a block, in a table that nothing else reads."""
    store.shelf.write(lambda rows, connection: None)
    for statement in _TOLD[make_url(address(store)).get_backend_name()]:
        ask(store, statement)
