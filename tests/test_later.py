"""What a command puts off: modules that are loaded when somebody asks for something in them."""

from __future__ import annotations

import argparse
import importlib
import json
import subprocess
import sys
import threading
from contextlib import contextmanager

import pytest

from moeviz.cli.program import _parser
from moeviz.later import later, loaded

SLOW = """
import time
time.sleep(0.2)
import {name}
first = 1
def __getattr__(name):
    if name == "made_late":
        return 3
    raise AttributeError(f"module has no attribute {{name!r}}")
second = 2
"""


@pytest.fixture
def put_off(tmp_path, monkeypatch):
    """Make a module that says when it is run, put it off, and return its name."""
    name = "moeviz_put_off_by_a_test"
    package = tmp_path / name
    package.mkdir()
    (package / "__init__.py").write_text(SLOW.format(name=name), "utf-8")
    (package / "part.py").write_text("from . import second\n", "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    later(name)
    yield name
    for known in [known for known in sys.modules if known.startswith(name)]:
        del sys.modules[known]


def test_a_module_is_loaded_when_something_in_it_is_asked_for(put_off):
    module = importlib.import_module(put_off)
    assert importlib.import_module(put_off) is module
    assert not loaded(put_off)
    assert module.second == 2
    assert loaded(put_off)
    assert importlib.import_module(put_off) is module
    assert type(module) is type(sys)


def test_a_part_of_it_loads_it_first(put_off):
    part = importlib.import_module(f"{put_off}.part")
    assert part.second == 2
    assert loaded(put_off)


def test_what_it_lacks_is_missed_and_what_it_makes_late_is_made(put_off):
    module = importlib.import_module(put_off)
    with pytest.raises(AttributeError, match="no attribute 'third'"):
        _ = module.third
    assert module.made_late == 3


def test_threads_that_ask_together_find_the_whole_module(put_off):
    module = importlib.import_module(put_off)
    found = []
    asking = [threading.Thread(target=lambda: found.append(module.second)) for _ in range(8)]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join()
    assert found == [2] * 8


def test_a_module_that_fails_says_so_each_time(tmp_path, monkeypatch):
    name = "moeviz_that_fails_in_a_test"
    (tmp_path / f"{name}.py").write_text("raise ImportError('no')\n", "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    later(name)
    module = importlib.import_module(name)
    for _ in range(2):
        with pytest.raises(ImportError, match="no"):
            _ = module.anything
    assert not loaded(name)
    del sys.modules[name]


def test_what_is_loaded_or_missing_is_left_alone():
    before = sys.modules["json"]
    later("json", "moeviz_has_no_such_module")
    assert sys.modules["json"] is before
    assert loaded("json")
    assert not loaded("moeviz_has_no_such_module")


HEAVY = (
    "torch", "numpy", "scipy", "sympy", "flint", "distributed", "plotly", "numba", "streamlit",
    "sqlalchemy", "alembic", "psycopg",
)  # fmt: skip
"""What no list and no refusal waits for."""

LADEN = ("moeviz.engine", "moeviz.study.rates_table", "moeviz.symbolic.catalogue.shipped")
"""Modules that bring what commands load before they print, where only torch is asked about."""

ASKS = f"""
import importlib
import json
import os
import sys
import tempfile
from moeviz.later import later, loaded
from moeviz.cli.program import SLOW, main
later(*SLOW)
for name in sys.argv[1:]:
    importlib.import_module(name)

def said(words):
    before = [*filter(loaded, {HEAVY})]
    try:
        main(words)
    except SystemExit:
        pass
    print("loaded:", *(name for name in {HEAVY} if loaded(name) and name not in before))
    sys.stdout.flush()
    sys.stderr.flush()

def alone(words):
    child = os.fork()
    if child == 0:
        said(words)
        sys.exit()
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

answers = os.fdopen(os.dup(1), "w")
for line in sys.stdin:
    words, home = json.loads(line)
    os.environ["MOEVIZ_HOME"] = home
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        os.dup2(out.fileno(), 1)
        os.dup2(err.fileno(), 2)
        ended = said(words) if sys.argv[1:] else alone(words)
        out.seek(0)
        err.seek(0)
        print(json.dumps([ended or 0, out.read(), err.read()]), file=answers, flush=True)
"""
"""A program that has loaded what every command loads, and says what each loads beyond it.

Where nothing slow is loaded it has a child of its own run each command. Where that is loaded it
runs all of them itself, so that none reads again what another has read.
"""


@contextmanager
def program(home, *modules):
    """What a command prints and complains of where these modules are loaded."""
    command = [sys.executable, "-c", ASKS, *modules]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, text=True, **pipes) as started:

        def asked(words):
            print(json.dumps([words.split(), str(home)]), file=started.stdin, flush=True)
            ended, out, err = json.loads(started.stdout.readline())
            assert ended == 0, err
            return out, err

        yield asked


@pytest.fixture(scope="module")
def bare(tmp_path_factory):
    """A program that has loaded nothing slow; nothing is remembered where it looks."""
    with program(tmp_path_factory.mktemp("home")) as asked:
        yield asked


@pytest.fixture(scope="module")
def laden(tmp_path_factory):
    """One that has loaded what takes long, and runs one command after another."""
    with program(tmp_path_factory.mktemp("home"), *LADEN) as asked:
        yield asked


LIGHT = [
    "--help",
    "study --help",
    "presets",
    "presets --json",
    "study nope",
    "study cosine-exact --set atoms=99",
    "glossary",
    "check --set router=nope",
    "check --limit 0",
]


@pytest.mark.parametrize("command", LIGHT)
def test_lists_and_refusals_wait_for_nothing_slow(bare, command):
    out, err = bare(command)
    assert len(out + err) > 50
    assert out.splitlines()[-1] == "loaded:"


PRINTS = {
    "serve": ["--help", "--port 0", "--proxy nope"],
    "app": ["--help"],
    "presets": ["", "--json"],
    "study": ["--help", "nope"],
    "reach": ["--help", "nope"],
    "keep": ["--dry-run cosine-exact collapse"],
    "train": ["--list", "--list --json", "nope", "collapse --set nope=1"],
    "rates": ["", "--json"],
    "experiments": ["--help"],
    "protocols": ["", "--json", "--markdown", "nope"],
    "claims": ["", "--json", "C1.d2", "nope"],
    "verdicts": ["--dry-run C1.d2", "nope"],
    "check": ["--help", "--set router=nope"],
    "exceptions": ["--help", "nope"],
    "glossary": ["", "--json"],
    "room": ["--help"],
    "lessons": ["--help", "list", "list --json", "check nope.md", "prepare --help"],
    "jobs": ["--help", "list --help", "show nope", "prune", "list --kind nope"],
    "bench": ["--help"],
}
"""What each command prints without computing anything."""


def test_every_command_is_asked_for_what_it_prints():
    (commands,) = (
        action.choices
        for action in _parser()._actions
        if isinstance(action, argparse._SubParsersAction)
    )
    assert set(PRINTS) == set(commands)


ALL = [f"{name} {form}".strip() for name, forms in PRINTS.items() for form in forms]


@pytest.mark.parametrize("command", [command for command in ALL if command not in LIGHT])
def test_what_is_only_printed_does_not_wait_for_torch(laden, command):
    out, err = laden(command)
    said, _, heavy = out.rpartition("loaded:")
    assert len(said + err) > 40
    assert "torch" not in heavy.split()
