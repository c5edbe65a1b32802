"""Every file that a study is offered as arrives, under its own name and in its own format."""

from __future__ import annotations

from pathlib import Path

import pytest

BEGINNINGS = {
    "Data (CSV)": (".csv", b"preset,hash,curve"),
    "Figure (SVG)": (".svg", b"<svg "),
    "Figure and table (LaTeX)": (".tex", b"% Cosine against perturbed cosine"),
    "Notebook (Python)": (".ipynb", b'{\n "cells"'),
    "Handout (PDF)": (".pdf", b"%PDF"),
    "Specification (JSON)": (".json", b"{"),
    "Result (JSON)": (".json", b"{"),
}

pytestmark = pytest.mark.browser


def test_every_file_arrives(server, visit):
    page = visit()
    page.goto(f"{server.url}/convergence?preset=cosine-exact&kept=1")
    page.locator(".moeviz-canvas[data-redraws]").wait_for()
    page.get_by_role("button", name="Export").click()
    for label, (ending, beginning) in BEGINNINGS.items():
        with page.expect_download() as caught:
            page.get_by_role("button", name=label).click()
        file = caught.value
        assert file.suggested_filename.startswith("moeviz-cosine-exact-")
        assert file.suggested_filename.endswith(ending)
        assert Path(file.path()).read_bytes().startswith(beginning)
