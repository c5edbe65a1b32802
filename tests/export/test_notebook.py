"""The notebook: well formed, and it comes to the numbers that it was made of, or says otherwise."""

from __future__ import annotations

import json
import os
import runpy
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest

from moeviz.errors import SpecificationError
from moeviz.export.digest import DIGITS, TOLERANCE, curve_digest, largest_difference
from moeviz.export.notebook import can_be_repeated, study_notebook
from moeviz.study import NUMBERS_VERSION
from tests.export.conftest import LINK

ROOT = Path(__file__).resolve().parents[2]


def program(notebook):
    """The notebook's code, cell after cell."""
    cells = json.loads(notebook)["cells"]
    return "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "code")


def changed(result, factor):
    """The result with every loss and mean of its last curve times a factor."""
    *others, last = result.curves
    loss = tuple(tuple(factor * value for value in row) for row in last.loss)
    mean = tuple(factor * value for value in last.mean)
    return replace(result, curves=(*others, replace(last, loss=loss, mean=mean)))


def test_it_is_a_notebook(kept, small):
    for result in (*kept, small):
        made = study_notebook(result, LINK)
        nbformat.validate(nbformat.reads(made, as_version=4), relax_add_props=False)
        assert study_notebook(result, LINK) == made
        assert result.hash in made


def test_it_computes_the_study_again_and_the_digests_agree(small, tmp_path):
    """Its code in a process of its own, which knows the library and nothing of the result."""
    path = tmp_path / "study.py"
    path.write_text(program(study_notebook(small)), "utf-8")
    said = subprocess.run(
        [sys.executable, str(path)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 0, said.stderr
    assert said.stdout.count("the digest agrees") == len(small.curves)
    assert "asked for: True" in said.stdout


@pytest.mark.parametrize(
    ("factor", "verdict"),
    [(1 + TOLERANCE / 3, "the digest differs"), (1 + 3 * TOLERANCE, "DIFFER")],
)
def test_other_numbers_are_told(small, tmp_path, capsys, factor, verdict):
    path = tmp_path / "study.py"
    path.write_text(program(study_notebook(changed(small, factor))), "utf-8")
    refused = verdict == "DIFFER"
    told = ""
    try:
        runpy.run_path(str(path))
    except ValueError as error:
        told = str(error)
    assert told.startswith("Expected the numbers of the study") == refused
    assert bool(told) == refused
    assert verdict in capsys.readouterr().out


def test_its_figure_has_every_curve(small, tmp_path):
    path = tmp_path / "study.py"
    path.write_text(program(study_notebook(small)), "utf-8")
    figure = runpy.run_path(str(path))["figure"]
    named = [trace.name for trace in figure.data if trace.name]
    assert named == [curve.label for curve in small.curves]


def test_what_cannot_be_repeated_makes_no_notebook(small, empty):
    older = replace(small, spec=replace(small.spec, numbers=NUMBERS_VERSION - 1))
    for result in (empty, older):
        assert not can_be_repeated(result)
        with pytest.raises(SpecificationError, match="run it to its end first"):
            study_notebook(result)
    assert can_be_repeated(small)


def test_a_digest_sees_six_digits_and_no_last_bits(small):
    curve = small.curves[0]
    first = curve.loss[0][0]

    def digest(value):
        rows = ((value, *curve.loss[0][1:]), *curve.loss[1:])
        return curve_digest(replace(curve, loss=rows))

    short = float(f"{first:.{DIGITS}g}")
    assert digest(short) == digest(first) == curve_digest(curve)
    assert digest(short * (1 + 1e-12)) == digest(short)
    assert digest(short * (1 + 1e-4)) != digest(short)
    assert digest(None) != digest(short)


def test_a_missing_mean_is_a_difference_without_end(small):
    curve = small.curves[0]
    assert largest_difference(curve, curve.mean) == 0.0
    assert largest_difference(curve, (None, *curve.mean[1:])) == float("inf")
    assert largest_difference(curve, curve.mean[1:]) == float("inf")
    lost = replace(curve, mean=(None,) * len(curve.mean))
    assert largest_difference(lost, lost.mean) == 0.0
