"""Compiled code on the disk, and what can go wrong there."""

from __future__ import annotations

import errno
import hashlib
import logging
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from moeviz.model.fused import cache, kept, turn


@pytest.fixture
def places(monkeypatch, tmp_path):
    """Two places where code may be kept; the first is beside the sources."""
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    found = [tmp_path / "beside", tmp_path / "home"]
    monkeypatch.setattr(cache, "_places", lambda: iter(found))
    monkeypatch.setattr(cache, "_beside", lambda: found[0])
    cache._say.cache_clear()
    return found


def double(values):
    for n in range(values.shape[0]):
        values[n] *= 2.0


def compiled():
    """Compile a small function; return it and whether it was read from the disk."""
    made = kept.kept("void(f8[::1])")(double)
    values = np.ones(3)
    made(values)
    assert values.tolist() == [2.0, 2.0, 2.0]
    return bool(made.stats.cache_hits)


def test_what_was_compiled_is_read_from_then_on(places):
    assert [compiled(), compiled()] == [False, True]
    (folder,) = places[0].iterdir()
    (file,) = folder.glob("*.code")
    assert file.name.startswith("double-")


def _valid(content: bytes) -> bytes:
    return hashlib.sha256(content).digest() + content


DAMAGE = {
    "empty": lambda whole: b"",
    "half": lambda whole: whole[: len(whole) // 2],
    "garbage": lambda whole: bytes(range(256)) * 40,
    "a changed bit": lambda whole: whole[:-9] + bytes([whole[-9] ^ 1]) + whole[-8:],
    "another numba's": lambda whole: _valid(b"not what numba writes"),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_file_is_compiled_anew_and_heals(damage, places):
    compiled()
    (file,) = places[0].glob("*/*.code")
    whole = file.read_bytes()
    file.write_bytes(damage(whole))
    assert not compiled()
    assert compiled()


def test_a_damaged_file_is_said_once(places, caplog):
    for _ in range(2):
        cache.write("name", b"content")
        (file,) = places[0].glob("*/*.code")
        file.write_bytes(b"half")
        assert cache.read("name") is None
    (line,) = caplog.messages
    assert "is damaged; it is compiled anew" in line


def test_a_folder_in_the_files_place_costs_no_answer(places):
    compiled()
    (file,) = places[0].glob("*/*.code")
    file.unlink()
    file.mkdir()
    assert [compiled(), compiled()] == [False, True]
    assert list(places[1].glob("*/*.code"))


@pytest.fixture
def full(monkeypatch):
    """Let a disk that is full take half of a file."""

    def write_half(path, content):
        with path.open("wb") as file:
            file.write(content[: len(content) // 2])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", write_half)


@pytest.mark.usefixtures("full")
def test_a_full_disk_costs_no_answer_and_leaves_nothing(places, caplog):
    assert [compiled(), compiled()] == [False, False]
    (line,) = caplog.messages
    assert "cannot be kept ([Errno 28]" in line
    assert not [one for place in places for one in place.glob("*/*") if one.suffix != ".lock"]


def test_where_the_sources_cannot_be_written_the_laboratorys_folder_serves(places):
    places[0].write_text("a file where a folder should be")
    assert [compiled(), compiled()] == [False, True]
    assert list(places[1].glob("*/*.code"))


def test_where_nothing_can_be_written_nothing_is_kept(places, caplog):
    for place in places:
        place.write_text("a file where a folder should be")
    assert [compiled(), compiled()] == [False, False]
    assert len(caplog.messages) == 1


def test_code_that_may_only_be_read_is_read(places, monkeypatch):
    compiled()

    def refuse(*arguments, **options):
        raise PermissionError(errno.EROFS, "Read-only file system")

    for name in ("mkdir", "write_bytes", "unlink"):
        monkeypatch.setattr(Path, name, refuse)
    assert compiled()


def test_a_folder_that_vanishes_is_made_again(places):
    assert cache.write("name", b"content")
    for file in places[0].glob("*/*"):
        file.unlink()
    next(places[0].iterdir()).rmdir()
    assert cache.read("name") is None
    assert cache.write("name", b"content")
    assert cache.read("name") == b"content"


def test_code_of_other_sources_is_not_found_and_goes(places, monkeypatch):
    compiled()
    monkeypatch.setattr(cache, "_digest", lambda: "other")
    assert not compiled()
    assert [one.name for one in places[0].iterdir()] == ["fused-other"]


def test_in_a_shared_place_other_sources_code_stays_while_it_may_be_in_use(places):
    places[0].write_text("a file where a folder should be")
    fresh, old = places[1] / "fused-fresh", places[1] / "fused-old"
    for folder in (fresh, old):
        folder.mkdir(parents=True)
    os.utime(old, (0, 0))
    cache.write("name", b"content")
    assert fresh.exists()
    assert not old.exists()


def test_what_a_stopped_process_left_goes(places):
    cache.write("name", b"content")
    (folder,) = places[0].iterdir()
    for name, when in (("old.part", 0), ("fresh.part", time.time())):
        (folder / name).write_bytes(b"half")
        os.utime(folder / name, (when, when))
    cache.write("name", b"content")
    assert [one.name for one in folder.glob("*.part")] == ["fresh.part"]


def test_a_place_of_the_users_own_comes_first_and_says_of_which_sources(monkeypatch, tmp_path):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    first = next(cache.folders())
    assert first.parent == tmp_path
    assert first.name == f"fused-{cache._digest()}"


def test_the_places_are_beside_the_sources_and_the_laboratorys(monkeypatch, tmp_path):
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    monkeypatch.setenv("MOEVIZ_HOME", str(tmp_path))
    beside, home = cache._places()
    assert beside.parent.name == "fused"
    assert home == tmp_path / "compiled"


def test_without_sources_nothing_is_kept(places, monkeypatch):
    monkeypatch.setattr(cache, "_digest", lambda: "")
    assert not compiled()
    assert not cache.write("name", b"content")
    assert not any(place.exists() for place in places)


class Codegen:
    def __init__(self, *machine):
        self.magic_tuple = lambda: machine


@pytest.mark.parametrize("other", ["cpu", "features", "numba", "llvmlite", "python"])
def test_another_machines_or_numbas_code_has_another_name(other, monkeypatch):
    asked = kept.Kept("name")
    here = asked._file("void(f8)", Codegen("linux", "zen4", "+avx2"))
    there = Codegen("linux", "zen4", "+avx2")
    if other == "cpu":
        there = Codegen("linux", "skylake", "+avx2")
    elif other == "features":
        there = Codegen("linux", "zen4", "")
    elif other == "python":
        monkeypatch.setattr(sys, "version", "4.0")
    else:
        monkeypatch.setattr(getattr(kept, other), "__version__", "0.0")
    assert asked._file("void(f8)", there) != here


def test_code_that_cannot_be_packed_is_not_kept(places, caplog):
    class Compiled:
        lifted = ()
        library = type("Library", (), {"has_dynamic_globals": False})

        def _reduce(self):
            raise TypeError("no such thing")

    with caplog.at_level(logging.WARNING):
        kept.Kept("name").save_overload("void(f8)", Compiled())
    assert "cannot be kept (no such thing)" in caplog.text
    assert not places[0].exists()


HOLD = """
import sys, time
from pathlib import Path
from moeviz.model.fused.turn import Turn
turn = Turn("name")
print(turn.take([Path(sys.argv[1])]), flush=True)
time.sleep(60)
"""


@pytest.fixture
def holder(tmp_path):
    """Return a process that holds the turn."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "True\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def test_a_killed_process_lets_go_of_its_turn(holder, monkeypatch, tmp_path):
    monkeypatch.setattr(turn, "_left", [60.0])
    holder.send_signal(signal.SIGSTOP)
    holder.kill()
    mine = turn.Turn("name")
    assert mine.take([tmp_path])
    mine.end()


def test_nobody_waits_for_ever_and_only_once(holder, monkeypatch, tmp_path):
    monkeypatch.setattr(turn, "_left", [0.2])
    began = time.monotonic()
    assert not turn.Turn("name").take([tmp_path])
    assert 0.2 <= time.monotonic() - began < 5.0
    assert turn._left == [0.0]
    assert not turn.Turn("name").take([tmp_path])
    assert turn.Turn("other").take([tmp_path])


@pytest.mark.parametrize("kind", ["no locks", "no folder"])
def test_where_there_are_no_locks_everybody_may(kind, monkeypatch, tmp_path):
    place = tmp_path / "place"
    if kind == "no locks":
        monkeypatch.setattr(turn, "fcntl", None)
    else:
        place.write_text("a file where a folder should be")
    assert turn.Turn("name").take([place])


TOGETHER = """
import os
import numpy as np
from moeviz.model.fused.kept import kept

def double(values):
    for n in range(values.shape[0]):
        values[n] *= 2.0

first = os.getpid()
begin, go = os.pipe()
children = [child for _ in range(3) if os.getpid() == first and (child := os.fork())]
if os.getpid() == first:
    os.close(begin)
    os.close(go)
    for child in children:
        os.waitpid(child, 0)
else:
    os.close(go)
    os.read(begin, 1)  # until the first has let go, which has started all by then
    found = kept("void(f8[::1])")(double).stats.cache_misses
    os.write(1, f"{sum(found.values())}\\n".encode())
"""


def test_of_processes_that_start_at_once_one_compiles(tmp_path):
    surroundings = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
    command = [sys.executable, "-c", TOGETHER]
    done = subprocess.run(command, capture_output=True, text=True, env=surroundings, check=True)
    assert sorted(done.stdout.split()) == ["0", "0", "1"], done.stderr
