"""What the blocks of one job left for those that go on from them: one file of bytes for each."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote

from moeviz.engine import files
from moeviz.engine.errors import DamagedFileError


class States:
    """The states of one job, by the block that left each.

    A state can be large and is read when it is needed, never kept in memory. One that is not what
    was written counts as absent; it is of no use to anybody and is deleted.

    Parameters
    ----------
    path : Path
        Their folder; made when the first one is written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

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
        files.write_bytes(self._file(block_id), block_id, state)

    def remove(self, ids: Iterable[str]) -> None:
        """Delete what nobody goes on from any more.

        Raises
        ------
        StoreError
            If the folder cannot be written to.
        """
        for block_id in ids:
            files.remove(self._file(block_id))

    def clear(self) -> None:
        """Delete all of them.

        Raises
        ------
        StoreError
            If the folder cannot be written to.
        """
        for path in self._path.glob("*.bin"):
            files.remove(path)

    def sweep(self) -> None:
        """Delete what writers that died halfway have left. Only under the folder's lock.

        Raises
        ------
        StoreError
            If the folder cannot be written to.
        """
        files.sweep(self._path)

    def _file(self, block_id: str) -> Path:
        return self._path / f"{quote(block_id, safe='')}.bin"
