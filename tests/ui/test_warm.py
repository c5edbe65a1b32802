"""What the server has imported before anybody comes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from moeviz.ui.fit import page as fit
from moeviz.ui.fit.worker import fit_worker
from moeviz.ui.information import page as information
from moeviz.ui.shared.navigation import FIT, INFORMATION, SECTIONS
from moeviz.ui.shared.warm import used_by_pages
from tests.ui.still import visit

ROOT = Path(__file__).parents[2]

VISITS = f"""
import asyncio, sys
from pathlib import Path
from moeviz.later import later, loaded
later("torch")
import moeviz.ui.shared.server
from moeviz.ui.shared import session
from moeviz.ui.shared.warm import used_by_pages, warm
asyncio.run(warm(used_by_pages(Path())))
assert loaded("torch")
from tests.ui.still import StillEngine, visit
session.Engine = lambda **_: StillEngine()
before = set(sys.modules)
heavy = ("moeviz", "torch", "sympy", "scipy", "numpy", "pandas", "pyarrow", "plotly", "flint")
for page in {SECTIONS["See"]!r}:
    assert not visit(page).exception, page
print(*sorted(name for name in set(sys.modules) - before if name.split(".")[0] in heavy))
"""


FIRST_PAGE = """
import sys
from moeviz.later import later, loaded
later("torch")
import moeviz.ui.shared.server
from streamlit.testing.v1 import AppTest
from moeviz.ui.shared import session
class Still:
    def hardware(self):
        return {"workers": 1, "cores": 2, "memory_gib": 4.0, "gpus": [], "torch": "2",
                "scheduler": "local", "device": "cpu", "ready": True}
session.Engine = lambda **_: Still()
app = AppTest.from_file("app.py", default_timeout=60).run()
assert not app.exception and "Does the gate see" in app.title[0].value, app
late = (
    "torch", "sympy", "flint", "scipy", "distributed", "pandas", "pyarrow",
    "moeviz.symbolic.catalogue",
)
print("loaded:", *filter(loaded, late))
"""


def test_the_first_page_is_answered_before_anything_slow_is_imported():
    command = [sys.executable, "-W", "ignore", "-c", FIRST_PAGE]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "loaded:"


def test_what_every_page_imports_is_imported_by_the_server():
    used = used_by_pages(ROOT)
    assert {"moeviz.ui.gates.page", "moeviz.ui.home.page", "moeviz.ui.checker.page"} <= set(used)
    assert len(used) == len(set(used))


def test_the_first_view_of_a_page_is_computed_before_anybody_comes(still, monkeypatch):
    monkeypatch.setattr("moeviz.ui.fit.page.WORKER", fit_worker())
    for page in (fit, information):
        page.prepare()
    monkeypatch.setattr("moeviz.ui.fit.page.WORKER._compute", None)
    monkeypatch.setattr("moeviz.charts.designs_seen.sight", None)
    for path in (FIT, INFORMATION):
        app = visit(path)
        assert not app.exception
        assert not app.error


@pytest.mark.crowd
def test_no_visit_of_a_picture_waits_for_an_import():
    command = [sys.executable, "-W", "ignore", "-c", VISITS]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []
