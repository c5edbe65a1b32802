"""The plain answers to checks of one's own: they say what was asked, with the numbers found."""

from __future__ import annotations

import re

import pytest

from moeviz.charts.certified import number_or_interval
from moeviz.charts.plain_answer import plain_answer
from moeviz.symbolic.request.answer import run_check
from moeviz.symbolic.request.gallery import gallery
from moeviz.symbolic.request.selection import TESTS, WHY

WITH_NUMBERS = {
    "first-order": {},
    "pinned": {},
    "literal-first": {"expert": "linear"},
    "literal-second": {"expert": "linear"},
    "literal-zeroth": {"expert": "linear"},
    "discover": {"expert": "linear"},
}


def answer(selection):
    verdict = run_check({"compose": selection})
    return plain_answer(selection["test"], verdict), verdict


@pytest.mark.parametrize("test", WITH_NUMBERS)
def test_the_derivatives_add_up(test):
    said, verdict = answer({"test": test, **WITH_NUMBERS[test]})
    certificate = verdict["tests"][0]["certificate"]
    dependent = len(certificate.get("gauge", ())) or certificate["relations in all"]
    whole = certificate["rank"] + dependent
    assert re.search(rf"of {whole} (derivatives|functions) {dependent} ", said)
    assert said.startswith("Yes: " if verdict["verdict"] == "holds" else "No: ")


def test_the_cosine_routers_gauge_is_told_from_what_is_independent():
    asked = next(q.request["compose"] for q in gallery() if "whole gauge" in q.title)
    said, _ = answer(asked)
    assert said == (
        "Yes: apart from the gauge no small change of the parameters is invisible to first order: "
        "of 12 derivatives 3 are the gauge's, the other 9 are independent."
    )


def test_a_cone_is_answered_by_its_crowded_cells():
    said, _ = answer({"test": "cone", "expert": "tanh", "router": "competition"})
    assert said.startswith("Yes: no crowded cell")
    said, _ = answer({"test": "cone", "expert": "linear", "output": "gaussian"})
    assert said.startswith("No: along a sequence of 3 fitted atoms")


def test_a_relation_is_answered_by_its_sum_or_its_constants():
    along = {"test": "relation", "dimension": 2, "relation": "p1 : p1\np2 : p2"}
    assert answer({**along, "router": "cosine"})[0] == "Yes: the sum is zero for all parameters."
    said, verdict = answer({**along, "router": "perturbed-cosine"})
    assert number_or_interval(verdict["tests"][0]["certificate"]["value"]) in said
    tied = {"test": "relation", "expert": "linear", "relation": "1 : p1 p4\n? : p3"}
    assert answer(tied)[0] == "Yes: there is such a constant, and it is 1."


def test_what_is_undecided_has_no_answer():
    assert plain_answer("cone", {"verdict": "undecided", "tests": []}) == ""


def test_what_follows_is_said_of_the_order_that_was_asked_for():
    assert WHY.keys() == TESTS.keys()
    first, second = WHY["first-order"], WHY["cone"]
    assert "first order" in first
    assert "crowded" not in first
    assert "crowded" in second
    assert run_check({"compose": {"test": "first-order"}})["why"] == first
