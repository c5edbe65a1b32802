"""The job of a file, taken into the store."""

from __future__ import annotations

import time

from moeviz.engine.archive import Export
from moeviz.engine.errors import EngineError
from moeviz.engine.folder import Folder
from moeviz.engine.jobs import MESSAGES
from moeviz.engine.name import Name
from moeviz.engine.record import Record
from moeviz.engine.snapshot import JobState
from moeviz.engine.store import Store


def import_job(store: Store, export: Export) -> tuple[Name, int]:
    """Take a file's blocks into the store; what is there already stays.

    Parameters
    ----------
    store : Store
    export : Export

    Returns
    -------
    name : Name
        What the job is called.
    int
        How many blocks are new.

    Raises
    ------
    EngineError
        If the job is being computed at this moment.
    StoreError
        If the store cannot be written to; nothing is taken in then.
    """
    folder = store.folder(export.spec.hash, export.device, export.kind)
    return folder.name, folder.alone(lambda: _write(folder, export))


def _write(folder: Folder, export: Export) -> int:
    record = folder.read_record(repair=True)
    if record is not None and record.taken:
        raise EngineError(
            "Expected a job that nobody computes, but this one is being computed; wait for its "
            "end, or cancel it."
        )
    there = folder.read_results(export.results, repair=True)
    new = {key: value for key, value in export.results.items() if key not in there}
    if not new and record is not None:
        return 0
    if folder.read_specification() is None:
        folder.write_specification(export.spec.to_json())
    for block_id, result in new.items():
        folder.write_result(block_id, result)
    planned = [block.id for block in export.kind.plan(export.spec)]
    whole = len(folder.read_results(planned)) == len(planned)
    state: JobState = "done" if whole else "interrupted"
    before = record or Record("interrupted")
    folder.write_record(
        Record(
            state=state,
            message=MESSAGES[state],
            seconds=max(before.seconds, export.seconds),
            version=before.version + 1,
            beat=time.time(),
        )
    )
    return len(new)
