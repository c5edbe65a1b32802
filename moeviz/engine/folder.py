"""What the store has of one job: its specification, its state, its blocks and what they left.

All but what blocks left are rows of a database, and each write is a transaction: a process that
dies or a second process that reads never sees a part of one. A block that is not what was written
counts as absent: it is deleted, and computed again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

from moeviz.engine.endings import By
from moeviz.engine.errors import DamagedFileError, EngineError, StoreError
from moeviz.engine.name import Name
from moeviz.engine.record import Record
from moeviz.engine.shelf import Shelf, Work
from moeviz.engine.states import States
from moeviz.text import json_text

T = TypeVar("T")


class Folder:
    """What the store has of one job on one kind of device.

    Parameters
    ----------
    name : Name
        What the job is called.
    root : Path
        The store's folder.
    shelf : Shelf
        The store's database.
    must_keep : bool
        Whether a database that refuses is an error. If not, the job computes all the same, and what
        could not be written is computed again another time.

    Attributes
    ----------
    path : Path
        Folder of the files that blocks leave.
    states : States
        What blocks left for those that go on from them.
    """

    def __init__(self, name: Name, root: Path, shelf: Shelf, must_keep: bool = True) -> None:
        self.name = name
        self.path = root / name.kind / name.hash / name.device
        self.device = name.device
        self.states = States(self.path / "states", name, shelf)
        self._shelf = shelf
        self._must_keep = must_keep

    def alone(self, work: Callable[[], T]) -> T:
        """Return what `work` returns, done while nobody else is inside of this function.

        What it writes is kept together, or not at all. It may be called again where a database was
        lost before its end.

        Parameters
        ----------
        work : function

        Raises
        ------
        StoreError
            If the database cannot be written to, and must be.
        """

        def held(rows: Any, connection: Any) -> T:
            rows.hold(connection, self.name)
            return work()

        try:
            return self._shelf.write(held)
        except StoreError:
            if self._must_keep:
                raise
            return work()

    def stamp(self) -> int:
        """Return a value that differs after every write of the state; 0 without one."""
        return self._read(lambda rows, c: rows.read_stamp(c, self.name), 0)

    def read_record(self, repair: bool = False) -> Record | None:
        """Return the state, or None when there is none that can be read.

        Parameters
        ----------
        repair : bool
            Take a damaged one away. Only inside of :meth:`alone`.
        """
        data = self._read(lambda rows, c: rows.read_record(c, self.name), None)
        if data is None:
            return None
        try:
            return Record.from_json(data, str(self.name))
        except DamagedFileError:
            if repair:
                self._write(lambda rows, c: rows.forget_record(c, self.name))
            return None

    def write_record(self, record: Record) -> None:
        """Write the state.

        Raises
        ------
        StoreError
            If the database cannot be written to.
        """
        self._write(lambda rows, c: rows.write_record(c, self.name, record))

    def restore_record(self, record: Record | None) -> None:
        """Write the state that there was before, or that there was none.

        Raises
        ------
        StoreError
            If the database cannot be written to.
        """
        if record is not None:
            self.write_record(record)
        else:
            self._write(lambda rows, c: rows.forget_record(c, self.name))

    def read_specification(self) -> Any:
        """Return the specification as JSON, or None when there is none that can be read."""
        content = self._read(lambda rows, c: rows.read_specification(c, self.name), None)
        with suppress(ValueError, RecursionError):
            return None if content is None else json.loads(content)
        return None

    def write_specification(self, data: Mapping[str, Any]) -> None:
        """Write the specification unless it is there already.

        Raises
        ------
        StoreError
            If the database cannot be written to.
        """
        content = json_text(data)
        if self.read_specification() != json.loads(content):
            self._write(lambda rows, c: rows.write_specification(c, self.name, content))

    def read_results(
        self, ids: Iterable[str], known: Iterable[str] = (), repair: bool = False
    ) -> dict[str, dict[str, Any]]:
        """Return the finished blocks that can be read, by id.

        Parameters
        ----------
        ids : iterable of str
            Blocks to look for.
        known : iterable of str
            Blocks to leave out, because the caller has them.
        repair : bool
            Delete damaged ones. Only inside of :meth:`alone`.
        """
        nothing: tuple[dict[str, dict[str, Any]], list[str]] = ({}, [])
        wanted = list(ids)
        found, damaged = self._read(
            lambda rows, c: rows.read_blocks(c, self.name, wanted, known), nothing
        )
        if damaged and repair:
            self._write(lambda rows, c: rows.remove_blocks(c, self.name, damaged))
        return {block_id: found[block_id] for block_id in wanted if block_id in found}

    def write_result(self, block_id: str, result: Any) -> dict[str, Any]:
        """Write a finished block and return it as a later reader will see it.

        Raises
        ------
        EngineError
            If the result is not a JSON-able mapping.
        StoreError
            If the database cannot be written to.
        """
        try:
            text = json_text(result, compact=True)
        except (TypeError, ValueError) as error:
            raise EngineError(
                f"Expected block {block_id} to return a JSON-able mapping, but writing it failed "
                f"({error}); mend the study's run_block."
            ) from error
        content = json.loads(text)
        if not isinstance(content, dict):
            raise EngineError(
                f"Expected block {block_id} to return a mapping, but it returned "
                f"{type(result).__name__}; mend the study's run_block."
            )
        self._write(lambda rows, c: rows.write_blocks(c, self.name, {block_id: text}))
        return content

    def sweep(self) -> None:
        """Delete what writers that died halfway have left. Only inside of :meth:`alone`."""
        with self._refused():
            self.states.sweep()

    def ask_cancel(self, by: By = "visitors") -> None:
        """Ask the engine that computes this job, wherever it runs, to stop, whoever wants it.

        Parameters
        ----------
        by : {"visitors", "lecturer", "command"}
            By whose power.

        Raises
        ------
        StoreError
            If the database cannot be written to.
        """
        self._shelf.write(lambda rows, c: rows.ask_cancel(c, self.name, by))

    def take_cancel(self) -> By | None:
        """Return by whose power a cancel was asked for, and take the question away.

        Raises
        ------
        StoreError
            If the database cannot be written to.
        """
        nobody: By | None = None
        by = self._read(lambda rows, c: rows.cancel_asked(c, self.name), nobody)
        if by is None:
            return None
        with self._refused():
            taken = self._shelf.write(lambda rows, c: bool(rows.take_cancel(c, self.name)))
            return by if taken else None
        return None

    def wish(self, *visitors: str, over: bool = False) -> None:
        """Note that visitors asked for this job.

        Parameters
        ----------
        *visitors : str
            Names of visitors, drawn by chance; "" for somebody who does not say.
        over : bool
            Whether the job had come to its end already.

        Raises
        ------
        StoreError
            If the database cannot be written to.
        """

        def write(rows: Any, connection: Any) -> None:
            for visitor in visitors:
                rows.wish(connection, self.name, visitor, over)

        self._shelf.write(write)

    def withdraw(self, visitor: str, since: float = 0.0, keep: bool = True) -> set[str]:
        """Note that a visitor does not want this job any more, and return who does.

        Of two who withdraw at the same time, in whatever process, one is told that nobody is left.

        Parameters
        ----------
        visitor : str
        since : float
            Wishes from before count no more, in seconds since the epoch.
        keep : bool
            Whether to remember that they had asked for it.

        Raises
        ------
        StoreError
            If the database cannot be written to.
        """

        def write(rows: Any, connection: Any) -> set[str]:
            rows.hold(connection, self.name)
            rows.withdraw(connection, self.name, visitor, keep)
            return set(rows.wished_by(connection, self.name, since))

        return self._shelf.write(write)

    def end_wishes(self, *visitors: str) -> None:
        """Note that some visitors, or all if none is named, do not want this job any more.

        Raises
        ------
        StoreError
            If the database cannot be written to.
        """
        self._shelf.write(lambda rows, c: rows.end_wishes(c, self.name, visitors or None))

    def wished_by(self, since: float = 0.0) -> set[str]:
        """Return the visitors who want this job, and have asked for it since a moment.

        Raises
        ------
        StoreError
            If the database cannot be read.
        """
        nobody: set[str] = set()
        return self._shelf.read(lambda rows, c: rows.wished_by(c, self.name, since), nobody)

    def _read(self, work: Work[T], absent: T) -> T:
        try:
            return self._shelf.read(work, absent)
        except StoreError:
            if self._must_keep:
                raise
            return absent

    def _write(self, work: Work[None]) -> None:
        with self._refused():
            self._shelf.write(work)

    @contextmanager
    def _refused(self) -> Iterator[None]:
        """Let a refusal pass where nothing must be kept."""
        try:
            yield
        except StoreError:
            if self._must_keep:
                raise
