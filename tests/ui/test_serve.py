"""The app's server as a program."""

from __future__ import annotations

import subprocess
import sys
from types import ModuleType

from moeviz.ui import serve as program


def test_the_workers_start_first(monkeypatch):
    done, cli = [], ModuleType("streamlit.web.cli")
    cli.main = lambda words, prog_name: done.append((prog_name, *words))
    monkeypatch.setitem(sys.modules, "streamlit.web.cli", cli)
    monkeypatch.setattr(program, "begin", lambda: done.append("begin"))
    program.serve(["app.py", "--server.port", "1"])
    assert done == ["begin", ("streamlit", "run", "app.py", "--server.port", "1")]


def test_what_serves_pages_is_not_imported_before():
    asks = "import sys, moeviz.ui.serve; print({'streamlit', 'dask', 'numpy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", asks], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
