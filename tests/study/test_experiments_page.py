"""The page of the published experiments says what the kept results say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from moeviz.study.kept import kept_result
from moeviz.text import signed

PAGE = Path(__file__).parents[2] / "docs" / "experiments.md"
NUMBER = r"−?\d\.\d\d"


def table():
    """From each preset of the first table to its rows: slopes of a paper, ours, and of starts."""
    rows: dict[str, list[tuple[str, str, str]]] = {}
    lines = PAGE.read_text(encoding="utf-8").partition("## ")[0].splitlines()
    paper = names = None
    for line in lines:
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) != 6 or not re.search(NUMBER, line):
            continue
        if cells[0]:
            paper, _, figures = cells[0].partition(" Fig. ")
            names = figures.split(", ")
        columns = [re.findall(NUMBER, cells[column]) for column in (2, 3, 5)]
        for place, numbers in enumerate(zip(*columns, strict=True)):
            figure = names[place if len(names) > 1 else 0]
            rows.setdefault(f"{paper}-fig{figure}", []).append(numbers)
    return rows


TABLE = table()


@pytest.mark.parametrize("name", TABLE)
def test_the_slopes_of_the_page_are_those_of_the_kept_results(name):
    curves = kept_result(name).result.curves
    ours = [c for c in curves if c.published and c.estimator in ("sgd", "em")]
    said = [
        (
            signed(curve.published.slope),
            signed(curve.slope.estimate),
            *(
                signed(start.slope.estimate)
                for start in curves
                if not start.trained
                and (start.router, start.gate, start.expert, start.reading)
                == (curve.router, curve.gate, curve.expert, curve.reading)
            ),
        )
        for curve in ours
    ]
    assert len(ours) > 0
    assert sorted(TABLE[name]) == sorted(said)
