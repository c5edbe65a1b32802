"""The app's server as a program."""

from __future__ import annotations

import signal
import subprocess
import sys
from types import ModuleType

import pytest

from moeviz.ui import serve as program


@pytest.fixture(autouse=True)
def signals_as_before():
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def test_the_workers_start_first(monkeypatch):
    done, cli = [], ModuleType("streamlit.web.cli")
    cli.main = lambda words, prog_name: done.append((prog_name, *words))
    monkeypatch.setitem(sys.modules, "streamlit.web.cli", cli)
    monkeypatch.setattr(program, "begin", lambda: done.append("begin"))
    program.serve(["app.py", "--server.port", "1"])
    assert done == ["begin", ("streamlit", "run", "app.py", "--server.port", "1")]


def test_a_key_that_somebody_could_guess_is_refused_in_words(monkeypatch, capsys):
    cli = ModuleType("streamlit.web.cli")
    cli.main = lambda words, prog_name: None
    monkeypatch.setitem(sys.modules, "streamlit.web.cli", cli)
    monkeypatch.setattr(program, "begin", lambda: None)
    monkeypatch.setenv("MOEVIZ_LECTURER_KEY", "short")
    with pytest.raises(SystemExit) as ended:
        program.serve(["app.py"])
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert "at least 16 characters" in said
    assert "short;" not in said


def test_what_serves_pages_is_not_imported_before():
    asks = "import sys, moeviz.ui.serve; print({'streamlit', 'dask', 'numpy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", asks], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
