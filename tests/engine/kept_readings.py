"""What there is to read of a store, and a store of small real jobs to keep for tests.

``python tests/engine/kept_readings.py HOME`` makes one in a folder that is not there yet, and
writes it with what was read of it to ``tests/engine/kept``, named by the schema of today; the tests
read it with every schema since.
"""

from __future__ import annotations

import hashlib
import json
import lzma
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from moeviz.engine import Check, Checker, Engine, Store
from moeviz.engine.database import schema
from moeviz.engine.kinds import every_kind
from moeviz.engine.listing import kept_jobs
from moeviz.engine.progress import Progress
from moeviz.engine.protocols.protocols import Protocols
from moeviz.engine.studies.studies import Studies
from moeviz.engine.trainings.trainings import Trainings
from moeviz.rooms.agenda import Agenda, Step
from moeviz.rooms.export import answers_csv
from moeviz.rooms.hall import Hall
from moeviz.rooms.room import Member, Room
from moeviz.text import json_text

KEPT = Path(__file__).parent / "kept"
STUDY = "bff33c060a91f909"
ANNA, BERT = "a" * 16, "b" * 16
MAP = ("sigmoid-fig2b", [(0.05, 0.0)], [{"batch": 0}, {"batch": 16}], (60, 120), 2, (60,))
TRAINING: dict[str, Any] = {
    "steps": 10, "points": 2, "batch": 4, "context": 16, "width": 16, "heads": 2, "hidden": 8,
    "experts": 4, "top": 2, "omega": 0.4, "projection": 4, "seeds": 1,
}  # fmt: skip
TEXT = b"the quick brown fox jumps over the lazy dog. " * 80
KILLED = """
import json, sys
from moeviz.engine import Engine
from moeviz.engine.studies.studies import Studies
with Engine(sys.argv[1], workers=1) as engine:
    job = engine.submit(Studies().read(json.loads(sys.argv[2])), visitor=sys.argv[3])
    while not engine.look(job).done:
        pass
    print("one", flush=True)
    engine.wait(job)
"""


def readings(store: Store, codes: list[str], now: float) -> dict[str, Any]:
    """Return all that there is to read of a store, as plain data.

    Parameters
    ----------
    store : Store
    codes : list of str
        Of the rooms.
    now : float
        What the rooms take for the time.
    """
    progress = Progress(store)
    hall = Hall(store, lambda: now)
    return {
        "jobs": {str(job.name): _job(store, job) for job in kept_jobs(store)},
        "rooms": {code: _room(hall, code) for code in codes},
        "progress": {person: progress.load_all(person) for person in (ANNA, BERT)},
    }


def _job(store: Store, job: Any) -> dict[str, Any]:
    kind = every_kind()[job.name.kind]
    folder = store.folder(job.name.hash, job.name.device, kind)
    spec = kind.read(folder.read_specification())
    results = folder.read_results([block.id for block in kind.plan(spec)])
    text = json_text(results, sort_keys=True)
    return {
        "state": job.state,
        "seconds": None if job.record is None else job.record.seconds,
        "label": job.label,
        "left": job.left,
        "wishes": sorted(folder.wishes.by()),
        "blocks": sorted(results),
        "sha256": hashlib.sha256(text.encode()).hexdigest(),
    }


def _own(room: Room, member: Member) -> dict[str, Any]:
    """What a member is told, in the words that the kept readings were made in."""
    own = room.own(member)
    right = {"right": True, "near": False, "wrong": False, "unknown": None}
    answers = {
        step: {"content": answer["content"], "right": right[answer["verdict"]]}
        for step, answer in own["answers"].items()
    }
    return {**own, "answers": answers}


def _room(hall: Hall, code: str) -> dict[str, Any]:
    room = hall.books.found(code)
    return {
        "title": room.agenda.title,
        "steps": [[step.id, step.title, step.kind, step.notes] for step in room.agenda.steps],
        "at": room.state.at,
        "outcomes": dict(room.state.outcomes),
        "csv": answers_csv(room),
        "members": {str(member.number): _own(room, member) for member in room.members.values()},
        "ended": room.ended,
    }


def _jobs(home: Path) -> None:
    """A study that is done, one that was cancelled, one whose program was killed, and others."""
    written = (KEPT / "folder-of-files" / "studies" / STUDY / "cpu" / "spec.json").read_text()
    plain = json.loads(written)
    study = Studies().read(plain)
    assert study.hash == STUDY
    fields = plain["fields"]
    others = [{**plain, "fields": {**fields, "seed": fields["seed"] + n}} for n in (1, 2)]
    killed = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(home), json.dumps(others[0]), BERT],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert killed.stdout is not None
    assert killed.stdout.readline() == "one\n"
    os.kill(killed.pid, signal.SIGKILL)
    killed.communicate()
    from moeviz.study.protocol_map import ProtocolMap
    from moeviz.train.specification import Training

    kinds = [Studies(), Trainings(), Protocols()]
    with Engine(home, workers=1, kinds=kinds) as engine:
        asked = [study, Training.make("small", TRAINING, TEXT), ProtocolMap.make(*MAP)]
        for spec in asked:
            assert engine.wait(engine.submit(spec, visitor=ANNA), 120).state == "done"
        job = engine.submit(Studies().read(others[1]), visitor=BERT)
        while not engine.look(job).done:
            time.sleep(0.01)
        engine.cancel(job)
    refused = Check({"compose": {"router": "custom", "score_formula": "x1.__x"}})
    with Checker(home, processes=1) as checker:
        for check in (Check({"claim": "C1.d2"}), refused):
            checker.submit(check, visitor=ANNA)
            checker.wait(check, 60)


def _rooms(store: Store) -> list[str]:
    """One in which a step was revealed, and one that has ended."""
    slope = Step("slope", "How steep?", "slope", notes="Half will say -1/2.")
    choice = Step("choice", "=Which?", "choice", options=(("a", "cosine"), ("b", "linear")))
    agenda = Agenda("A lesson", "lessons?lesson=slow", (slope, choice))
    hall = Hall(store)
    codes = []
    for ends in (False, True):
        code, key = hall.lectern.open(agenda)
        first, second = (hall.doors.join(code, name)[0] for name in ("Änne <b>", ""))
        hall.doors.answer(code, first, "slope", -0.5)
        hall.doors.answer(code, second, "slope", 0.1 + 0.2)
        outcome = {"low": -0.6, "high": -0.4, "words": "about one over the root"}
        hall.lectern.act(code, key, "reveal", {"step": "slope", "outcome": outcome})
        hall.lectern.act(code, key, "lead", 1)
        hall.doors.answer(code, first, "choice", "a")
        if ends:
            hall.lectern.act(code, key, "end")
        codes.append(code)
    return codes


def _progress(store: Store) -> None:
    progress = Progress(store)
    progress.save(ANNA, "gauge", {"step": 2, "said": {"first": "β\n'; --"}, "seed": 7})
    progress.save(ANNA, "slow", {"step": 1, "said": {}, "seed": None})
    progress.save(BERT, "gate", {"step": 3, "said": {"why": "-0.5"}, "seed": None})


def main(home: Path) -> None:
    """Make a store and keep it."""
    assert not home.exists(), "a folder of its own"
    _jobs(home)
    store = Store(home)
    codes, now = _rooms(store), time.time()
    _progress(store)
    found = {"codes": codes, "now": now, "read": readings(store, codes, now)}
    store.close()
    with sqlite3.connect(home / "store.db") as connection:
        connection.execute("VACUUM")
        connection.execute("PRAGMA journal_mode=DELETE")
    connection.close()
    file = KEPT / f"store-{schema.HEAD}.db.xz"
    file.write_bytes(lzma.compress((home / "store.db").read_bytes(), preset=9))
    text = json.dumps(found, indent=1, sort_keys=True, ensure_ascii=False)
    file.with_name(f"store-{schema.HEAD}.json").write_text(text + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute())
