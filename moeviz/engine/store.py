"""The store: finished blocks on disk, one folder per job and device.

::

    <root>/<kind>/<hash>/<cpu|cuda>/spec.json          the specification
                                    state.json         where the computing stands, and whose it is
                                    blocks/<id>.json   one finished block each, with a checksum
                                    states/<id>.bin    what a block left for the one that goes on
                                                       from it, with a checksum
                                    cancel             there while a cancel is asked for
                                    lock               held for the moment of taking over

The kind is ``studies``, ``checks`` or ``trainings``. A version of the numbers is part of a
specification and so of its hash: blocks of two arithmetics never lie in one folder.

Only trainings leave states. One is written before the result of its block, and the one that the
block had gone on from is deleted after it, so that at every moment a run can go on from where its
results end. What the last block of a run left stays, as long as there is room
(:mod:`moeviz.engine.room`).
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from moeviz.engine.errors import StoreError, UnknownJobError, told
from moeviz.engine.folder import Folder
from moeviz.engine.kind import Kind

DEVICES = ("cpu", "cuda")
"""Kinds of device; numbers are kept apart by them, since they differ in the last digits."""

_HASH = re.compile(r"[0-9a-f]{16}")


class Store:
    """The folder that holds all jobs of a person.

    Parameters
    ----------
    root : Path, optional
        Default: the environment variable ``MOEVIZ_HOME``, or ``~/.cache/moeviz``. Nothing is made
        before something is written.

    Raises
    ------
    StoreError
        If there is no home folder to be the default.
    """

    def __init__(self, root: Path | str | None = None) -> None:
        chosen = root or os.environ.get("MOEVIZ_HOME") or "~/.cache/moeviz"
        try:
            self.root = Path(chosen).expanduser().absolute()
        except (RuntimeError, OSError) as error:
            raise StoreError(
                f"Expected a folder for finished work, but its place cannot be told "
                f"({told(error)}); set MOEVIZ_HOME to a folder.",
                Path(chosen),
            ) from error

    def folder(self, job_id: str, device: str, kind: Kind | None = None) -> Folder:
        """Return the folder of one job on one kind of device; without a `kind`, of a study.

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
        name, must_keep = (kind.name, kind.must_keep) if kind is not None else ("studies", True)
        return Folder(self.root / name / job_id / device, device, must_keep)

    def find(self, job_id: str, preferred: str, kind: Kind | None = None) -> Folder | None:
        """Return the folder that holds a job, that of device `preferred` first; or None.

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
