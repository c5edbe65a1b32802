"""A job as one file: taken in with its numbers, or refused whole."""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from databases import ask

from moeviz.engine import EngineError, Store, archive, files, importing
from moeviz.engine.checks.check import Check, CheckBlock, Checks
from moeviz.engine.listing import Kept, forget, kept_jobs
from moeviz.engine.owner import EngineToken, Owner
from moeviz.engine.record import Record
from moeviz.errors import MoevizError
from moeviz.text import json_text

OLD = Path(__file__).parent / "kept" / "folder-of-files"


@pytest.fixture
def full(tmp_path: Path) -> tuple[Store, Kept]:
    """A store with a finished study."""
    shutil.copytree(OLD, tmp_path / "full")
    store = Store(tmp_path / "full")
    store.take_in_all()
    (job,) = kept_jobs(store)
    return store, job


def rows(store: Store) -> list[tuple[Any, ...]]:
    found = ask(store, "SELECT kind, hash, device, block, sha256, content FROM blocks")
    return sorted(found)


def test_a_study_comes_back_to_the_last_bit(full: tuple[Store, Kept], store: Store):
    content = archive.export_job(*full)
    export = archive.read_export(content)
    assert (len(export.results), export.total, export.device) == (6, 6, "cpu")
    name, new = importing.import_job(store, export)
    assert (name, new) == (full[1].name, 6)
    assert rows(store) == rows(full[0])
    (job,) = kept_jobs(store)
    assert (job.state, job.blocks, job.label) == ("done", 6, "lab")
    assert job.record is not None
    assert full[1].record is not None
    assert job.record.seconds == full[1].record.seconds
    assert archive.export_job(store, job) == content
    assert importing.import_job(store, export) == (name, 0)


def test_the_file_says_what_and_with_what_it_was_computed(full: tuple[Store, Kept]):
    content = json.loads(archive.export_job(*full))["content"]
    assert content["versions"].keys() == {"moeviz", "numbers", "fields", "python"}
    assert content["versions"]["numbers"] == content["specification"]["numbers"]
    assert content["seed"] == content["specification"]["fields"]["seed"]
    assert (content["device"], content["state"]) == ("cpu", "done")


def test_a_part_of_a_study_is_taken_in_and_completes_what_is_there(
    full: tuple[Store, Kept], tmp_path: Path
):
    whole = archive.export_job(*full)
    assert ask(full[0], "DELETE FROM blocks WHERE block LIKE 'fit0%'") == [(2,)]
    part = archive.read_export(archive.export_job(full[0], full[1]))
    other = Store(tmp_path / "other")
    importing.import_job(other, part)
    (job,) = kept_jobs(other)
    assert (job.state, job.blocks) == ("interrupted", 4)
    assert importing.import_job(other, archive.read_export(whole))[1] == 2
    (job,) = kept_jobs(other)
    assert (job.state, job.blocks) == ("done", 6)


def test_a_verdict_is_a_job_like_any_other(tmp_path: Path):
    check = Check({"claim": "C1.d2"})
    store = Store(tmp_path / "one")
    folder = store.folder(check.hash, "cpu", Checks())
    folder.write_specification(check.to_json())
    folder.write_result(CheckBlock.id, {"verdict": {"id": "C1.d2"}, "final": True})
    (job,) = kept_jobs(store)
    assert job.label == "C1.d2"
    other = Store(tmp_path / "other")
    importing.import_job(other, archive.read_export(archive.export_job(store, job)))
    assert rows(other) == rows(store)


def sealed_again(content: bytes, change: Callable[[dict[str, Any]], object]) -> bytes:
    """The file as somebody would write it who knows how its checksum is made."""
    data = json.loads(content)
    change(data["content"])
    return json_text({**data, **files.seal(data["content"])}).encode()


def block(content: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = content["blocks"]["fit0-n200-r0-2"]
    return found


CUT: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda content: b"",
    "cut off": lambda content: content[:-1],
    "one digit": lambda content: content.replace(b"0.", b"1.", 1),
    "one bit": lambda content: content[:500] + bytes([content[500] ^ 1]) + content[501:],
    "without checksum": lambda content: content.replace(b'"sha256"', b'"sha255"', 1),
    "another file": lambda content: b'{"what": "something"}',
    "a specification": lambda content: json.dumps(json.loads(content)["content"]).encode(),
    "a list": lambda content: b"[" + content + b"]",
    "newer": lambda content: content.replace(b'"format":1', b'"format":2'),
    "not UTF-8": lambda content: content.replace(b'"cpu"', b'"\xff\xfe"'),
    "too deep": lambda content: b"[" * 100_000,
    "twice": lambda content: content.replace(b'"format":1', b'"format":1,"format":1'),
    "infinite": lambda content: content.replace(b'"format":1', b'"format":1,"x":Infinity'),
}

FORGED: dict[str, Callable[[dict[str, Any]], object]] = {
    "less than no time": lambda content: content.update(seconds=-1.0),
    "longer than there was": lambda content: content.update(seconds=1e308),
    "another hash": lambda content: content.update(hash="f" * 16),
    "another kind": lambda content: content.update(kind="../../etc"),
    "another device": lambda content: content.update(device="tpu"),
    "no device": lambda content: content.pop("device"),
    "a block too many": lambda content: content["blocks"].update({"../x": {}}),
    "a block that is none": lambda content: content["blocks"].update({"fit0-n200-r0-2": [1]}),
    "a block without losses": lambda content: [block(content).clear()],
    "other settings": lambda content: content["specification"]["fields"].update(seed=99),
    "an unknown field": lambda content: content["specification"]["fields"].update(x=1),
    "no specification": lambda content: content.update(specification=None),
    "seconds that are a text": lambda content: content.update(seconds="1"),
    "a huge number": lambda content: content.update(seconds=10**400),
}


@pytest.mark.parametrize("how", [*CUT, *FORGED])
def test_what_is_not_as_it_was_written_is_refused_whole(full: tuple[Store, Kept], how: str):
    content = archive.export_job(*full)
    changed = CUT[how](content) if how in CUT else sealed_again(content, FORGED[how])
    assert changed != content
    with pytest.raises(MoevizError) as caught:
        archive.read_export(changed)
    assert str(caught.value).startswith("Expected")
    assert "\n" not in str(caught.value)


def test_a_file_that_is_too_large_is_not_looked_at(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(archive, "MOST_BYTES", 1000)
    with pytest.raises(EngineError, match="at most 1,000 bytes"):
        archive.read_export(b"[" * 1001)


def test_nothing_is_taken_into_what_is_being_computed(full: tuple[Store, Kept]):
    export = archive.read_export(archive.export_job(*full))
    store, job = full
    token = EngineToken()
    folder = store.folder(job.name.hash, "cpu")
    folder.write_record(Record("running", owner=Owner.here(token), beat=math.inf))
    assert ask(store, "DELETE FROM blocks WHERE block LIKE 'fit0%'") == [(2,)]
    with pytest.raises(EngineError, match="being computed"):
        importing.import_job(store, export)
    (now,) = kept_jobs(store)
    assert not forget(store, now), "nor is it deleted"
    assert now.blocks == 4
    token.release()
    assert importing.import_job(store, export)[1] == 2
