"""What the blocks of one job left for those that go on from them: one file of bytes for each.

They are large and short-lived, so they are files also where all else is in a database, which notes
where they lie. A file says itself what it is; the note decides nothing.
"""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote, unquote

from moeviz.engine import files
from moeviz.engine.errors import DamagedFileError, StoreError
from moeviz.engine.name import Name
from moeviz.engine.shelf import Shelf


class States:
    """The states of one job, by the block that left each.

    A state can be large and is read when it is needed, never kept in memory. One that is not what
    was written counts as absent; it is of no use to anybody and is deleted.

    Parameters
    ----------
    path : Path
        Their folder; made when the first one is written.
    name : Name
        What the job is called.
    shelf : Shelf
        The store's database.
    """

    def __init__(self, path: Path, name: Name, shelf: Shelf) -> None:
        self._path = path
        self._name = name
        self._shelf = shelf

    def among(self, ids: Iterable[str]) -> set[str]:
        """Return those of the blocks whose states are there, whole or not."""
        there = files.names(self._path)
        return {one for one in ids if self._file(one).name in there} if there else set()

    def read(self, block_id: str, repair: bool = False) -> bytes | None:
        """Return what a block left, or None where nothing whole is there.

        Parameters
        ----------
        block_id : str
            The block.
        repair : bool
            Delete a damaged file. Only for the engine that computes the job.

        Raises
        ------
        StoreError
            If a damaged file cannot be deleted.
        """
        path = self._file(block_id)
        try:
            return files.read_bytes(path, block_id)
        except FileNotFoundError:
            return None
        except DamagedFileError:
            if repair:
                files.remove(path)
            return None

    def write(self, block_id: str, state: bytes) -> None:
        """Write what a block leaves.

        Raises
        ------
        StoreError
            If the folder cannot be written to.
        """
        path = self._file(block_id)
        files.write_bytes(path, block_id, state)
        note = {
            "place": str(path),
            "bytes": len(state),
            "sha256": hashlib.sha256(state).hexdigest(),
        }
        self._shelf.write(
            lambda rows, c: rows.states.note(c, self._name, block_id, socket.gethostname(), note)
        )

    def remove(self, ids: Iterable[str]) -> None:
        """Delete what nobody goes on from any more.

        Raises
        ------
        StoreError
            If the folder cannot be written to.
        """
        gone = [block_id for block_id in ids if files.remove(self._file(block_id))]
        if gone:
            self._note()

    def clear(self) -> None:
        """Delete all of them.

        Raises
        ------
        StoreError
            If the folder cannot be written to.
        """
        for path in self._path.glob("*.bin"):
            files.remove(path)
        self._note()

    def sweep(self) -> None:
        """Delete what writers that died halfway have left. Only under the folder's lock.

        Raises
        ------
        StoreError
            If the folder cannot be written to.
        """
        if self._path.exists():
            files.sweep(self._path)
            self._note()

    def _note(self) -> None:
        """Forget the notes of files that are gone; a note that stays does no harm."""
        kept = [unquote(path.stem) for path in self._path.glob("*.bin")]
        with suppress(StoreError):
            self._shelf.write(
                lambda rows, c: rows.states.forget(c, self._name, socket.gethostname(), kept)
            )

    def _file(self, block_id: str) -> Path:
        return self._path / f"{quote(block_id, safe='')}.bin"
