"""Which test of a verdict is shown first, what it means for the claim, and whether two agree."""

from __future__ import annotations

import pytest

from moeviz.charts.decided import FAILS, leading, same, sense
from moeviz.symbolic.catalogue.shipped import shipped, shipped_summary


def test_what_speaks_against_a_claim_comes_before_any_proof():
    for name, summary in shipped_summary().items():
        ours = shipped(name)
        assert ours is not None
        first = ours.verdict["tests"][leading(ours.verdict)]
        against = first["verdict"] != first["expected"]
        assert against == (summary.verdict != "holds"), name
        if summary.verdict == FAILS and any(not t["special"] for t in ours.verdict["tests"]):
            assert not first["special"], name


@pytest.mark.parametrize("asks", ["independence", "relation", "value"])
def test_only_a_test_that_must_fail_needs_words(asks):
    assert sense({"expected": "holds", "asks": asks}) == ""
    words = sense({"expected": FAILS, "asks": asks})
    assert words.endswith(".")
    assert ("dependence" in words) == (asks == "independence")


def test_how_long_it_took_makes_no_difference_and_an_answer_does():
    verdict = shipped("C5.tanh.d1").verdict
    assert same(verdict, {**verdict, "seconds": 99.0})
    first, *others = verdict["tests"]
    assert not same(verdict, {**verdict, "tests": [{**first, "verdict": FAILS}, *others]})
    assert not same(verdict, {**verdict, "condition": ""})
