"""Which shipped verdicts are current is remembered until something they rest on changes."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from moeviz.cli import remembered
from moeviz.cli.remembered import Memory, kept_verdict
from moeviz.symbolic.catalogue.shipped import shipped

SAID = {"A1": {"date": "2026-01-01", "version": "1.a"}, "A2": None}


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A small package and a home of its own."""
    monkeypatch.setenv("MOEVIZ_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(remembered, "_package", lambda: tmp_path / "package")
    own = tmp_path / "package" / "symbolic" / "kernel"
    own.mkdir(parents=True)
    (own / "cone.py").write_text("one", "utf-8")
    return tmp_path


def test_what_was_found_is_known_until_a_file_changes(package):
    assert Memory().recall() is None
    Memory().remember(SAID)
    assert Memory().recall() == SAID
    assert list(Memory().recall()) == list(SAID)
    source = package / "package" / "symbolic" / "kernel" / "cone.py"
    source.write_text("two", "utf-8")
    assert Memory().recall() is None
    Memory().remember({})
    assert len(list((package / "home" / "claims").iterdir())) == 1
    source.write_text("one", "utf-8")
    assert Memory().recall() is None, "only the latest is kept"


def test_a_file_that_changes_meanwhile_is_not_taken_for_the_one_that_was_read(package):
    before = Memory()
    (package / "package" / "symbolic" / "kernel" / "cone.py").write_text("two", "utf-8")
    before.remember(SAID)
    assert Memory().recall() is None


def test_nothing_is_remembered_where_nothing_can_be_written(package, monkeypatch):
    (package / "home").write_text("a file in place of the folder", "utf-8")
    Memory().remember(SAID)
    assert Memory().recall() is None


def test_what_is_damaged_is_no_memory(package):
    Memory().remember(SAID)
    (path,) = (package / "home" / "claims").iterdir()
    path.write_text("{", "utf-8")
    assert Memory().recall() is None


def test_a_verdict_is_read_as_it_ships():
    assert kept_verdict("C1.d2") == shipped("C1.d2").verdict


READ = """
import sys
import moeviz.symbolic.catalogue.shipped
print(*(m.__file__ for n, m in sys.modules.items() if n.startswith("moeviz")), sep="\\n")
"""


def test_every_module_that_claims_are_made_with_is_looked_at():
    done = subprocess.run([sys.executable, "-c", READ], capture_output=True, text=True, check=True)
    read = set(done.stdout.split())
    assert len(read) > 100
    assert read <= {str(path) for path in remembered._files()}


SAYS = """
import sys
from moeviz.later import loaded
from moeviz.cli.program import main
main(["claims", "C1", "S1.d2"])
print(*filter(loaded, ["torch", "sympy", "numpy"]), file=sys.stderr)
"""


def test_the_second_list_is_the_first_and_waits_for_nothing(tmp_path):
    told = []
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", SAYS],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "MOEVIZ_HOME": str(tmp_path)},
        )
        told.append((done.stdout, done.stderr.split()))
    assert told[0][0] == told[1][0]
    assert told[0][0].count("shipped, decided on 20") == 3
    assert [loaded for _, loaded in told] == [["sympy", "numpy"], []]
