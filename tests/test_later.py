"""What a command puts off: modules that are loaded when somebody asks for something in them."""

from __future__ import annotations

import argparse
import importlib
import subprocess
import sys
import threading

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


HEAVY = ("torch", "numpy", "scipy", "sympy", "flint", "distributed", "plotly", "numba", "streamlit")
"""What no list and no refusal waits for."""

ASKS = f"""
import sys
from moeviz.later import loaded
from moeviz.cli.program import main
try:
    main(sys.argv[1:])
except SystemExit:
    pass
print("loaded:", *filter(loaded, {HEAVY}))
"""


@pytest.mark.parametrize(
    "command",
    [
        "--help",
        "study --help",
        "presets",
        "presets --json",
        "study nope",
        "study cosine-exact --set atoms=99",
        "glossary",
        "check --set router=nope",
        "check --limit 0",
    ],
)
def test_lists_and_refusals_wait_for_nothing_slow(command):
    words = [sys.executable, "-c", ASKS, *command.split()]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    assert len(done.stdout + done.stderr) > 50
    assert done.stdout.splitlines()[-1] == "loaded:"


PRINTS = {
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


@pytest.mark.parametrize(
    "command", [f"{name} {form}".strip() for name, forms in PRINTS.items() for form in forms]
)
def test_what_is_only_printed_does_not_wait_for_torch(command, tmp_path, monkeypatch):
    monkeypatch.setenv("MOEVIZ_HOME", str(tmp_path))  # where nothing is remembered
    words = [sys.executable, "-c", ASKS, *command.split()]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    said, _, heavy = done.stdout.rpartition("loaded:")
    assert len(said + done.stderr) > 40
    assert "torch" not in heavy.split()
