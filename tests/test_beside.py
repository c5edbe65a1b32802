"""Commands that run beside each other."""

from __future__ import annotations

import shlex
import subprocess
import sys
import time
from pathlib import Path

import pytest

BESIDE = Path(__file__).resolve().parents[1] / "scripts" / "beside.py"


def python(text):
    return shlex.join([sys.executable, "-c", text])


def beside(*commands):
    words = [sys.executable, str(BESIDE), *commands]
    return subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)


def test_words_of_all_are_shown_and_those_beside_whole():
    first = python("import time; print('a1', flush=True); time.sleep(0.4); print('a2')")
    second = python("import sys; print('b1'); print('b2', file=sys.stderr)")
    done = beside(first, second)
    assert done.returncode == 0
    words = done.stdout.split()
    assert words.index("a1") < words.index("a2")
    assert words.index("b2") == words.index("b1") + 1 or words.index("b1") == words.index("b2") + 1
    assert done.stdout.count("passed after") == 2


@pytest.mark.parametrize("place", [0, 1])
def test_the_first_that_fails_interrupts_the_others_and_gives_its_status(tmp_path, place):
    begun, ended = tmp_path / "begun", tmp_path / "ended"
    long = (
        "import pathlib, time\n"
        "try:\n"
        f"    pathlib.Path({str(begun)!r}).touch()\n"
        "    time.sleep(50)\n"
        f"except KeyboardInterrupt: pathlib.Path({str(ended)!r}).touch()"
    )
    fails = (
        "import pathlib, sys, time\n"
        f"while not pathlib.Path({str(begun)!r}).exists(): time.sleep(0.01)\n"
        "print('why')\n"
        "sys.exit(7)"
    )
    commands = [python(fails)]
    # A child of the command, as make has one.
    commands.insert(
        1 - place,
        python(f"import subprocess, sys; subprocess.run([sys.executable, '-c', {long!r}])"),
    )
    began = time.monotonic()
    done = beside(*commands)
    assert done.returncode == 7
    assert "why" in done.stdout
    assert "failed with 7" in done.stdout
    assert ended.exists()
    assert time.monotonic() - began < 40
