"""What repairs the claims that fail, and their cases in words."""

from __future__ import annotations

import re

import pytest

from moeviz.charts.claim_cases import case_of, case_parts, cases_together
from moeviz.charts.claim_repairs import (
    BEGINNINGS,
    failing_said,
    repair_line,
    repair_lines,
    repaired,
)
from moeviz.charts.claims import claims_map, grouped
from moeviz.charts.papers import PAPERS
from moeviz.symbolic.catalogue import CATALOGUE
from moeviz.symbolic.catalogue.shipped import shipped, shipped_summary
from tests.support import of_every

FAILING = [name for name, one in shipped_summary().items() if one.verdict == "fails"]


@pytest.mark.parametrize("name", FAILING)
def test_a_claim_that_fails_says_what_repairs_it_or_that_nothing_does(name):
    verdict = shipped(name).verdict
    line = repair_line(verdict)
    assert line.startswith(BEGINNINGS)
    assert line.startswith("Repaired by: ") == repaired(verdict)
    assert line.startswith("Nothing to repair") <= verdict["agrees_with_paper"]
    condition = verdict["repair"]["condition"] if repaired(verdict) else ""
    assert line.endswith(f" Condition: {condition}." if condition else ".")
    assert not set(line) & set("$\\")


def test_a_claim_that_holds_and_has_no_repair_says_nothing_of_one():
    assert {repair_line(shipped(name).verdict) for name in ("C1.d2", "C7.k3.d2", "K3")} == {""}


@pytest.mark.parametrize(("group", "names"), [(g, names) for g, (_, names) in grouped().items()])
def test_each_failing_claim_of_a_group_is_in_one_line(group, names):
    failing = [name for name in names if name in FAILING]
    lines = repair_lines(names)
    assert bool(lines) == bool(failing)
    said = [cases for cases, *_ in lines]
    assert len(set(said)) == len(said)
    assert ("" in said) <= (len(lines) == 1 and failing == names)
    for name in failing:
        parts = case_parts(name)
        assert any(not cases or parts[0] in cases for cases in said), name


@pytest.mark.parametrize("paper", PAPERS)
def test_a_papers_sentence_adds_up(paper):
    names = [claim.id for claim in CATALOGUE.claims.values() if claim.paper == paper]
    failing = [shipped(name).verdict for name in names if name in FAILING]
    said = failing_said(names, "of it")
    count, total = map(int, re.match(r"(\d+) of (\d+) claims of it fails? ?", said).groups())
    assert (count, total) == (len(failing), len(names))
    mended = sum(map(int, re.findall(r"repairs? (\d+)", said)))
    assert mended == sum(map(repaired, failing))
    left = re.search(r"for (\d+) no repair was found", said)
    nothing = sum(repair_line(one).startswith("Nothing to repair") for one in failing)
    assert count == mended + int(left[1] if left else 0) + nothing


def test_the_map_counts_what_it_lists():
    found = claims_map()
    for kind, counted in found["counts"].items():
        assert counted == sum(paper["counts"][kind] for paper in found["papers"])
        for paper in found["papers"]:
            assert str(paper["counts"][kind]) in paper["said"][kind]
    assert found["counts"]["fails"] == len(FAILING)


@of_every(CATALOGUE.claims)
def test_no_case_is_told_by_its_id(name):
    coded = re.compile(r"\b([a-zKdhkpstx]\d|def\d|tau2|relu|gelu|ffn|[abc])\b")
    assert not coded.search(case_of(name))


@pytest.mark.parametrize(
    ("some", "words"),
    [
        (["C4.relu.d1", "C4.relu.d2"], "ReLU"),
        (["C4.tanh.d2", "C4.gelu.d2"], "tanh and GELU, two dimensions"),
        (["C9.gauge"], "gauge fixed"),
        (["C7.k2.d3"], "two atoms, three dimensions"),
    ],
)
def test_cases_are_told_together(some, words):
    group = some[0].split(".")[0]
    assert cases_together(some, grouped()[group][1]) == words
    assert cases_together(grouped()[group][1], some) == ""
