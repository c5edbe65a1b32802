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

from moeviz.engine.block_text import block_text
from moeviz.engine.ended_by import By
from moeviz.engine.errors import DamagedFileError, StoreError
from moeviz.engine.name import Name
from moeviz.engine.record import Record
from moeviz.engine.shelf import Shelf, Work
from moeviz.engine.states import States
from moeviz.engine.wishlist import Wishlist
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
    wishes : Wishlist
        Who wants the job.
    """

    def __init__(self, name: Name, root: Path, shelf: Shelf, must_keep: bool = True) -> None:
        self.name = name
        self.path = root / name.kind / name.hash / name.device
        self.device = name.device
        self.states = States(self.path / "states", name, shelf)
        self.wishes = Wishlist(name, shelf)
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

        def held() -> T:
            self._write(lambda rows, c: rows.records.hold(c, self.name))
            return work()

        return self.together(held)

    def together(self, work: Callable[[], T]) -> T:
        """Return what `work` returns, and keep what it writes together, as :meth:`alone` does.

        Others may be at the job meanwhile, unless something that it does keeps them from it.
        """
        try:
            return self._shelf.write(lambda rows, c: work())
        except StoreError:
            if self._must_keep:
                raise
            return work()

    def stamp(self) -> int:
        """Return a value that differs after every write of the state; 0 without one."""
        return self._read(lambda rows, c: rows.records.stamp(c, self.name), 0)

    def read_record(self, repair: bool = False) -> Record | None:
        """Return the state, or None when there is none that can be read.

        Parameters
        ----------
        repair : bool
            Take a damaged one away. Only inside of :meth:`alone`.
        """
        data = self._read(lambda rows, c: rows.records.read(c, self.name), None)
        if data is None:
            return None
        try:
            return Record.from_json(data, str(self.name))
        except DamagedFileError:
            if repair:
                self._write(lambda rows, c: rows.records.forget(c, self.name))
            return None

    def write_record(self, record: Record) -> None:
        """Write the state.

        Raises
        ------
        StoreError
            If the database cannot be written to.
        """
        self._write(lambda rows, c: rows.records.write(c, self.name, record))

    def go_on(self, record: Record) -> bool:
        """Write the state of a job that is its owner's still; return whether that was written."""
        with self._refused():
            return self._shelf.write(lambda rows, c: bool(rows.records.go_on(c, self.name, record)))
        return False

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
            self._write(lambda rows, c: rows.records.forget(c, self.name))

    def read_specification(self) -> Any:
        """Return the specification as JSON, or None when there is none that can be read."""
        content = self._read(lambda rows, c: rows.specifications.read(c, self.name), None)
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
            self._write(lambda rows, c: rows.specifications.write(c, self.name, content))

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
            lambda rows, c: rows.blocks.read(c, self.name, wanted, known), nothing
        )
        if damaged and repair:
            self._write(lambda rows, c: rows.blocks.remove(c, self.name, damaged))
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
        text, content = block_text(block_id, result)
        self._write(lambda rows, c: rows.blocks.write(c, self.name, {block_id: text}))
        return content

    def sweep(self) -> None:
        """Delete what writers that died halfway have left. Only inside of :meth:`alone`."""
        with self._refused():
            self.states.sweep()

    def ask_cancel(self, by: By = "visitors") -> None:
        """Ask the engine that computes this job, wherever it runs, to stop, whoever wants it.

        Raises
        ------
        StoreError
            If the database cannot be written to, or does not answer within a moment.
        """
        self._shelf.write_briefly(lambda rows, c: rows.cancels.ask(c, self.name, by))

    def take_cancel(self) -> By | None:
        """Return by whose power a cancel was asked for, and take the question away.

        Raises
        ------
        StoreError
            If the database cannot be written to.
        """
        by: By | None = self._read(lambda rows, c: rows.cancels.asked(c, self.name), None)
        with self._refused():
            if by and self._shelf.write(lambda rows, c: rows.cancels.take(c, self.name)):
                return by
        return None

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
