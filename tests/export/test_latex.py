"""The LaTeX document: its numbers are the result's, and it compiles whatever somebody typed."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moeviz.charts.palette import THEMES, style
from moeviz.charts.table import slope_table
from moeviz.errors import SpecificationError
from moeviz.export.drawing import drawing
from moeviz.export.latex import MARKS, study_latex, words
from moeviz.export.words import LONGEST_LINK
from tests.export.conftest import LINK, renamed, repeated

ODD = "100 % of $x_1^2$ & \\input{a} # ~ é 漢 β₀ₖ L² −½"


def test_every_number_is_the_results(small):
    document = study_latex(small, LINK)
    found = {float(y) for y in re.findall(r"\(\d+,([^)]+)\)", document)}
    for curve in small.curves:
        for value in (*curve.mean, *(v for row in curve.loss for v in row)):
            assert any(abs(value - y) <= 1e-8 * value for y in found)
    for title, cells in slope_table(small).items():
        assert words(title) in document or title == "Curve"
        assert all(words(cell) in document for cell in cells if title != "Curve")


@given(st.text(max_size=60))
def test_any_words_become_plain_ascii_with_balanced_braces(said):
    made = words(said)
    assert made.isascii()
    assert "\n" not in made
    bare = re.sub(r"\\[{}]", "", made)
    assert bare.count("{") == bare.count("}")
    assert len(re.findall(r"(?<!\\)\$", made)) % 2 == 0


@pytest.mark.parametrize("link", ["x" * (LONGEST_LINK + 1), "https://a b", "https://a\nb"])
def test_a_link_that_cannot_be_printed_is_refused(small, link):
    with pytest.raises(SpecificationError, match="Expected a link"):
        study_latex(small, link)


def test_the_same_result_gives_the_same_document(kept):
    for result in kept:
        assert study_latex(result, LINK) == study_latex(result, LINK)
        assert study_latex(result).isascii()


def test_lines_of_the_theory_look_different(kept):
    several = [drawing(result) for result in kept]
    most = max(several, key=lambda shown: len(shown.guides))
    document = study_latex(kept[several.index(most)])
    looks = re.findall(r"addplot\[gray, thick, ([a-z ]+)\]", document)
    assert len(set(looks)) == len(looks) == len(most.guides) > 1


def test_every_marker_of_the_palette_has_one():
    assert {style(index, THEMES["light"]).marker for index in range(8)} == set(MARKS)


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="needs Debian's texlive-pictures")
@pytest.mark.parametrize("what", ["kept", "odd", "many", "empty"])
def test_the_document_compiles(what, small, kept, empty, tmp_path):
    results = {
        "kept": kept[0],
        "odd": renamed(small, ODD),
        "many": repeated(small, 9),
        "empty": empty,
    }
    (tmp_path / "study.tex").write_text(study_latex(results[what], LINK), "ascii")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "study.tex"]
    said = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=120, check=False)
    assert said.returncode == 0, said.stdout[-2000:].decode(errors="replace")
    assert (tmp_path / "study.pdf").read_bytes().startswith(b"%PDF")
