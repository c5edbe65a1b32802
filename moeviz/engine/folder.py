"""The folder of one job: its specification, its state, its finished blocks and what they left.

Every file is written beside its place and then moved into it, so that a process that dies or a
second process that reads never sees a part of one. A file that does not hold what was written
into it counts as absent: it is set aside, and its block is computed again.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from moeviz.engine import files
from moeviz.engine.errors import DamagedFileError, EngineError, StoreError
from moeviz.engine.record import Record
from moeviz.engine.states import States
from moeviz.text import json_text


class Folder:
    """The folder of one job on one kind of device.

    Parameters
    ----------
    path : Path
        Where it is, or will be once something is written.
    device : str
        ``"cpu"`` or ``"cuda"``.
    must_keep : bool
        Whether a write that fails is an error. If not, the job computes all the same, and what
        could not be written is computed again another time.

    Attributes
    ----------
    states : States
        What blocks left for those that go on from them.
    """

    def __init__(self, path: Path, device: str, must_keep: bool = True) -> None:
        self.path = path
        self._must_keep = must_keep
        self.device = device
        self.states = States(path / "states")
        self._state = path / "state.json"
        self._specification = path / "spec.json"
        self._blocks = path / "blocks"
        self._cancel = path / "cancel"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Return a context that one thread of one process at a time can be in."""
        with ExitStack() as stack:
            with self._writing():
                stack.enter_context(files.locked(self.path / "lock"))
            yield

    def stamp(self) -> tuple[int, int, int]:
        """Return a value that differs after every write of the state; (0, 0, 0) without one."""
        try:
            status = self._state.stat()
        except OSError:
            return (0, 0, 0)
        return (status.st_mtime_ns, status.st_size, status.st_ino)

    def read_record(self, repair: bool = False) -> Record | None:
        """Return the state, or None when there is none that can be read.

        Parameters
        ----------
        repair : bool
            Set a damaged file aside. Only for the process that holds the lock.
        """
        try:
            return Record.from_json(files.read_json(self._state), self._state)
        except FileNotFoundError:
            return None
        except DamagedFileError:
            if repair:
                with self._writing():
                    files.set_aside(self._state)
            return None

    def write_record(self, record: Record) -> None:
        """Write the state.

        Raises
        ------
        StoreError
            If the folder cannot be written to.
        """
        with self._writing():
            files.write_json(self._state, record.to_json())

    def read_specification(self) -> Any:
        """Return the specification as JSON, or None when there is none that can be read."""
        try:
            return files.read_json(self._specification)
        except (FileNotFoundError, DamagedFileError):
            return None

    def write_specification(self, data: Mapping[str, Any]) -> None:
        """Write the specification unless it is there already.

        Raises
        ------
        StoreError
            If the folder cannot be written to.
        """
        if self.read_specification() != _through_json(data):
            with self._writing():
                files.write_json(self._specification, data)

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
            Set damaged files aside. Only for the process that holds the lock.
        """
        there = files.names(self._blocks)
        skip = set(known)
        results = {}
        for block_id in ids:
            path = self._block(block_id)
            if block_id in skip or path.name not in there:
                continue
            try:
                results[block_id] = self._read_result(path, block_id)
            except FileNotFoundError:
                continue
            except DamagedFileError:
                if repair:
                    with self._writing():
                        files.set_aside(path)
        return results

    def write_result(self, block_id: str, result: Any) -> dict[str, Any]:
        """Write a finished block and return it as a later reader will see it.

        Raises
        ------
        EngineError
            If the result is not a JSON-able mapping.
        StoreError
            If the folder cannot be written to.
        """
        try:
            content = _through_json(result)
        except (TypeError, ValueError) as error:
            raise EngineError(
                f"Expected block {block_id} to return a JSON-able mapping, but writing it failed "
                f"({error}); mend the study's run_block."
            ) from error
        if not isinstance(content, dict):
            raise EngineError(
                f"Expected block {block_id} to return a mapping, but it returned "
                f"{type(result).__name__}; mend the study's run_block."
            )
        sealed = files.seal({"block": block_id, "result": content})
        with self._writing():
            files.write_json(self._block(block_id), sealed)
        return content

    def sweep(self) -> None:
        """Delete what writers that died halfway have left. Only under the lock."""
        for folder in (self.path, self._blocks):
            with self._writing():
                files.sweep(folder)
        self.states.sweep()

    def ask_cancel(self) -> None:
        """Ask the engine that computes this job, wherever it runs, to stop.

        Raises
        ------
        StoreError
            If the folder cannot be written to.
        """
        files.write_json(self._cancel, time.time())

    def take_cancel(self) -> bool:
        """Return whether a cancel was asked for, and take the question away.

        Raises
        ------
        StoreError
            If the folder cannot be written to.
        """
        with self._writing():
            return files.remove(self._cancel)
        return False

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Let a refusal of the file system pass where nothing must be kept."""
        try:
            yield
        except StoreError:
            if self._must_keep:
                raise

    def _block(self, block_id: str) -> Path:
        return self._blocks / f"{quote(block_id, safe='')}.json"

    def _read_result(self, path: Path, block_id: str) -> dict[str, Any]:
        content = files.unseal(files.read_json(path), path)
        if not isinstance(content, dict) or content.get("block") != block_id:
            raise DamagedFileError(
                f"Expected block {block_id} in {path}, but it holds another; delete the file."
            )
        result: dict[str, Any] = content["result"]
        return result


def _through_json(value: Any) -> Any:
    return json.loads(json_text(value))
