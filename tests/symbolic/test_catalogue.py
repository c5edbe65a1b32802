"""The catalogue: every claim is decided, with certificates, in time."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace

import pytest

from moeviz.errors import Cancelled, UnknownNameError
from moeviz.study.presets import PRESETS
from moeviz.symbolic.catalogue import CATALOGUE
from moeviz.symbolic.catalogue.shipped import shipped, stale, timeless
from moeviz.symbolic.certificates.report import Answer
from moeviz.symbolic.questions.claims import decide
from moeviz.symbolic.request.answer import LIMIT, run_check, verdict_of
from moeviz.text import json_text
from tests.support import of_every
from tests.symbolic.certificates import verdict

CERTIFICATES = {
    "relation",
    "determinant",
    "counter-sequence",
    "dual matrix",
    "identity",
    "value",
    "constants",
}

DIGEST = [
    *(f"S{i}" for i in range(1, 23)),
    *(f"C{i}" for i in range(1, 10)),
    *(f"M{i}" for i in range(1, 12)),
    *(f"K{i}" for i in range(1, 11)),
]
"""The numbers under which the papers' claims are known."""


@pytest.mark.parametrize("number", DIGEST)
def test_every_number_has_an_entry(number):
    assert CATALOGUE.find(number)


@pytest.mark.parametrize("name", list(CATALOGUE.claims))
def test_every_claim_is_decided_with_certificates_in_time(name):
    found = verdict(name)
    assert found.answer != Answer.UNDECIDED, found.condition
    for test in (*found.tests, *found.repair):
        assert test.answer in (Answer.HOLDS, Answer.FAILS)
        assert test.certificate["kind"] in CERTIFICATES
        assert test.steps
        assert test.seconds < LIMIT
    assert (found.answer == Answer.CONDITIONAL) == bool(found.condition)


@of_every(CATALOGUE.claims)
def test_a_verdict_is_plain_data_that_says_where_it_comes_from(name):
    data = json.loads(json.dumps(verdict(name).to_json(), allow_nan=False))
    assert data["id"] == name
    assert data["paper"] in ("sigmoid", "cosine", "multinomial", "compete")
    assert data["reference"]
    assert data["statement"].endswith(".")
    assert data["statement"].count("$") % 2 == 0
    assert data["why"]
    assert data["study"] in PRESETS
    assert data["agrees_with_paper"] == (data["verdict"] == data["paper_says"])


@of_every(CATALOGUE.claims)
def test_what_ships_is_what_is_decided_today(name):
    """`python -m moeviz verdicts` makes what ships anew."""
    assert stale(name) == ""
    again = json.loads(json_text(verdict(name).to_json()))
    assert timeless(shipped(name).verdict) == timeless(again)


def test_counter_sequences_have_the_orders_of_the_theory():
    """Pairs cancel odd orders and the relation the second: 4 against 2.

    Sometimes the fourth cancels too, or the function does not change at all.
    """
    seen = Counter()
    for name in CATALOGUE.claims:
        for test in (*verdict(name).tests, *verdict(name).repair):
            sequence = test.certificate.get("sequence")
            if sequence is None:
                continue
            assert float(sequence["loss order"]) == pytest.approx(2.0, abs=0.01)
            if sequence["exact"]:
                seen["exact"] += 1
            else:
                order = float(sequence["function order"])
                even = 2 * round(order / 2)
                assert order == pytest.approx(even, abs=0.01)
                assert even >= 4
                seen[even] += 1
    assert seen["exact"] > 5
    assert seen[4] > 5


def test_findings_that_differ_from_the_papers_stay():
    """The checker's own results, each decided by the engine."""
    assert verdict("C1.d2").answer == Answer.HOLDS
    assert verdict("C4.tanh.d1").answer == Answer.CONDITIONAL
    assert "no two atoms with equal gates and opposite experts" in verdict("C4.tanh.d1").condition
    assert verdict("C4.relu.d1").answer == Answer.FAILS
    assert verdict("C6.tanh").answer == Answer.FAILS
    assert verdict("C6.tanh").repair_answer == Answer.CONDITIONAL
    assert "equal gates and opposite experts" in verdict("C6.tanh").repair_condition
    assert "zero slope of class 1" in verdict("M5.K3").condition
    assert verdict("M2.K2").answer == Answer.FAILS
    assert verdict("M5.K2").answer == Answer.CONDITIONAL
    assert verdict("M4.unit.d2").answer == Answer.FAILS
    assert verdict("S12.limit").answer == Answer.FAILS
    assert verdict("K5").condition == "no crowded atom with zero slope"
    assert "no two atoms with opposite experts" in verdict("M9.standard.K2").condition
    assert "opposite" not in verdict("M9.modified.K2").condition
    assert verdict("M10.standard.K2").answer == Answer.FAILS
    assert verdict("M10.standard.K2").repair_answer == Answer.HOLDS
    assert verdict("M11.linear").answer == Answer.FAILS
    assert verdict("M11.unit").answer == Answer.HOLDS
    assert verdict("K8.y").answer == verdict("K9.y").answer == Answer.FAILS
    assert verdict("K9.d1").condition == "no expert with slope 0"
    assert verdict("K10").answer == Answer.CONDITIONAL


def test_the_verdict_knows_no_paper():
    """What the paper says changes whether they agree, and nothing else."""
    for name in ("C4.relu.d1", "M5.K2", "C1.d2"):
        claim = CATALOGUE.claims[name]
        turned = decide(replace(claim, paper_says=Answer.FAILS, words=""))
        assert turned.answer == verdict(name).answer


def test_cancelling_ends_a_check():
    with pytest.raises(Cancelled):
        run_check({"claim": "K5"}, should_stop=lambda: True)


def test_a_test_that_takes_too_long_is_undecided_and_says_so():
    found = verdict_of({"claim": "C8.over.p3"}, limit=1e-9)
    assert found.answer == Answer.UNDECIDED
    assert "longer" in found.condition


def test_an_unknown_claim_gets_a_sentence():
    with pytest.raises(UnknownNameError, match="Expected the id of a claim"):
        run_check({"claim": "Z9"})
