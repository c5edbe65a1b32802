"""The component that shows a study finds everything on this server, and gets plain data."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from moeviz.charts.palette import THEMES
from moeviz.charts.screen import study_screen
from moeviz.study.kept import kept_result
from moeviz.text import json_text
from moeviz.ui.shared import watch as module
from moeviz.ui.shared.component import PLOTLY_PATH, with_addresses
from moeviz.ui.shared.scripts import script_path

HERE = Path(module.__file__).parent
SCRIPT = (HERE / "watch.js").read_text("utf-8")


def test_every_address_in_a_script_is_filled_in():
    filled = with_addresses(SCRIPT)
    names = re.findall(r'"@(\w+)"', SCRIPT)
    assert sorted(set(names)) == [
        "composition",
        "dom",
        "figure",
        "following",
        "labels",
        "meters",
        "names",
        "plotly",
    ]
    assert '"@' not in filled
    for name in {*names} - {"plotly"}:
        assert f'"{script_path(name)[1:]}"' in filled
    assert f'"{PLOTLY_PATH[1:]}"' in filled


def test_no_script_names_another_host():
    for name in ("dom", "figure", "following", "labels", "names", "meters"):
        (path,) = HERE.parent.rglob(f"{name}.js")
        assert "//" not in re.sub(r"(?m)(^|\s)//.*$", "", path.read_text("utf-8"))


def show(layers, **changes):
    """Show a study with one prediction; the test of a page gives the rest."""
    from moeviz.ui.shared.watch import watch

    usual = {"job": None, "screen": None, "live": False, "view": "one", "file_name": "study"}
    watch(
        **{**usual, **changes},
        key="watch",
        guesses=[-0.3, None],
        layers=layers,
        on_end=lambda: None,
    )


@pytest.mark.parametrize("look", ["faint", "pinned"])
def test_a_page_hands_screens_on_as_they_are(look):
    result = kept_result("cosine-fig2b").result
    screen = study_screen(result, result.spec["sizes"], THEMES["light"])
    layers = [{"name": "kept", "screen": screen, "look": look}]
    changes = {"screen": json_text(screen), "title": "How steep?"}
    page = AppTest.from_function(show, args=(layers,), kwargs=changes).run()
    assert not page.exception
    (element,) = page.get("bidi_component")
    data = json.loads(element.proto.json)
    assert json.loads(data["screen"]) == screen
    assert json.loads(data["layers"]) == layers
    assert data["guesses"] == [-0.3, None]
    assert data["title"] == "How steep?"


def test_a_script_without_an_address_imports_by_the_pages():
    filled = with_addresses('import { button, element } from "@dom";\nconst one = "@dom";')
    path = script_path("dom")[1:]
    assert filled.splitlines() == [
        f'const {{ button, element }} = await import(new URL("{path}", document.baseURI));',
        f'const one = "{path}";',
    ]
