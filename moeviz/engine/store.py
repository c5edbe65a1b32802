"""The store: finished work in a database, and beside it the files that blocks leave.

::

    <root>/store.db                                    specifications, states of jobs, blocks
    <root>/<kind>/<hash>/<cpu|cuda>/states/<id>.bin    what a block left for the one that goes on
                                                       from it, with a checksum

``MOEVIZ_STORE`` puts another database in the place of ``store.db``, as
``postgresql+psycopg://user@host/name``. The kind is ``studies``, ``checks``, ``trainings`` or
``protocols``. A version of the numbers is part of a specification and so of its hash: blocks of two
arithmetics never lie under one name.

Blocks were files once. Where such a folder lies below the root, its blocks are taken in when its
job is first asked for; the files stay as they are (:mod:`moeviz.engine.old`).

Only trainings leave states. One is written before the result of its block, and the one that the
block had gone on from is deleted after it, so that at every moment a run can go on from where its
results end. What the last block of a run left stays, as long as there is room
(:mod:`moeviz.engine.room`).
"""

from __future__ import annotations

import logging
import os
import re
import socket
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from moeviz.engine.errors import StoreError, UnknownJobError, told
from moeviz.engine.folder import Folder
from moeviz.engine.kind import Kind
from moeviz.engine.name import Name
from moeviz.engine.old import is_old, read_old
from moeviz.engine.owner import Owner
from moeviz.engine.record import Record
from moeviz.engine.shelf import Shelf

DEVICES = ("cpu", "cuda")
"""Kinds of device; numbers are kept apart by them, since they differ in the last digits."""

_HASH = re.compile(r"[0-9a-f]{16}")

logger = logging.getLogger(__name__)


class Store:
    """All jobs of a person, or of a server.

    Parameters
    ----------
    root : Path, optional
        Folder of files, and of the database where no other is named. Default: the environment
        variable ``MOEVIZ_HOME``, or ``~/.cache/moeviz``. Nothing is made before something is
        written.
    url : str, optional
        The database, as SQLAlchemy names it. Default: ``MOEVIZ_STORE`` where no `root` is given,
        else SQLite's file in the folder.

    Raises
    ------
    StoreError
        If there is no home folder to be the default.
    """

    def __init__(self, root: Path | str | None = None, url: str | None = None) -> None:
        chosen = root or os.environ.get("MOEVIZ_HOME") or "~/.cache/moeviz"
        try:
            self.root = Path(chosen).expanduser().absolute()
        except (RuntimeError, OSError) as error:
            raise StoreError(
                f"Expected a folder for finished work, but its place cannot be told "
                f"({told(error)}); set MOEVIZ_HOME to a folder.",
                Path(chosen),
            ) from error
        if url is None and root is None:
            url = os.environ.get("MOEVIZ_STORE") or None
        self.shelf = Shelf(self.root, url)
        self._looked: set[Name] = set()

    def folder(self, job_id: str, device: str, kind: Kind | None = None) -> Folder:
        """Return what is kept of one job on one kind of device; without a `kind`, of a study.

        Raises
        ------
        UnknownJobError
            If `job_id` cannot be the name of a job.
        """
        if not _HASH.fullmatch(job_id):
            raise UnknownJobError(
                f"Expected the 16 hexadecimal digits of a job, but got {job_id[:40]!r}; "
                "submit it again to get its name."
            )
        folder = self.unread(Name(kind.name if kind else "studies", job_id, device), kind)
        self._take_in(folder)
        return folder

    def unread(self, name: Name, kind: Kind | None = None) -> Folder:
        """Return what is kept of one job, of which nothing was read or taken in yet."""
        return Folder(name, self.root, self.shelf, kind is None or kind.must_keep)

    def find(self, job_id: str, preferred: str, kind: Kind | None = None) -> Folder | None:
        """Return what is kept of a job, on device `preferred` first; or None.

        Raises
        ------
        UnknownJobError
            If `job_id` cannot be the name of a job.
        """
        for device in (preferred, *(d for d in DEVICES if d != preferred)):
            folder = self.folder(job_id, device, kind)
            if folder.read_specification() is not None:
                return folder
        return None

    def cancels_asked(self, names: Sequence[Name]) -> set[Name]:
        """Return which of some jobs somebody asked to stop: one look, however many there are.

        Parameters
        ----------
        names : sequence of Name

        Raises
        ------
        StoreError
            If the database cannot be read.
        """
        nothing: set[Name] = set()
        return self.shelf.read(lambda rows, c: rows.cancels.asked_of(c, names), nothing)

    def beat(self, owner: Owner, records: Mapping[Name, Record]) -> set[Name]:
        """Write that an owner is alive and how its jobs stand; return those that are its own still.

        One transaction, however many they are.

        Parameters
        ----------
        owner : Owner
        records : mapping of Name to Record
            At least one.

        Raises
        ------
        StoreError
            If the database cannot be written to.
        """
        return self.shelf.write(lambda rows, c: set(rows.records.beat(c, owner, records)))

    def wishes_of(self, names: Sequence[Name], since: float) -> dict[Name, set[str]]:
        """Return who wants each of some jobs, and has asked for it since a moment: in one look.

        Raises
        ------
        StoreError
            If the database cannot be read.
        """
        nobody: dict[Name, set[str]] = {name: set() for name in names}
        return self.shelf.read(lambda rows, c: rows.wishes.by_job(c, names, since), nobody)

    def take_in_all(self) -> int:
        """Take in all folders of files below the root that were not taken in before.

        Returns
        -------
        int
            How many.
        """
        return sum(self._take_in(Folder(name, self.root, self.shelf)) for name in self._old())

    @property
    def place(self) -> str:
        """Where finished work is, for whoever runs this; without a password."""
        return self.shelf.place

    def close(self) -> None:
        """Close all connections; the next use opens them again."""
        self.shelf.close()

    def _old(self) -> Iterator[Name]:
        for path in sorted(self.root.glob("*/*/*")):
            device, job, kind = path.name, path.parent.name, path.parent.parent.name
            if device in DEVICES and _HASH.fullmatch(job) and is_old(path):
                yield Name(kind, job, device)

    def _take_in(self, folder: Folder) -> bool:
        """Take in a job's folder of files, unless that was done; return whether it was now."""
        name = folder.name
        if name in self._looked or not is_old(folder.path):
            return False
        place, host = str(folder.path), socket.gethostname()
        try:
            if self.shelf.read(lambda rows, c: rows.imported.was_taken_in(c, host, place), False):
                self._looked.add(name)
                return False
            old = read_old(folder.path)
            taken = self.shelf.write(
                lambda rows, c: bool(rows.imported.take_in(c, name, host, place, old))
            )
        except StoreError as error:
            # It can be taken in later; what needs the store says why that refuses.
            logger.warning("%s was not taken in: %s", folder.path, error)
            return False
        self._looked.add(name)
        if taken:
            logger.info("%s was taken in: %d blocks", folder.path, len(old.results))
        return taken
