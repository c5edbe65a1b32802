"""Shipped verdicts: what they are of, and that a claim that changed has none."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from moeviz.symbolic.catalogue import CATALOGUE
from moeviz.symbolic.catalogue import shipped as shop
from moeviz.symbolic.catalogue.definition import definition
from moeviz.symbolic.catalogue.parts import Design, literal, model, moving
from moeviz.symbolic.certificates import report
from moeviz.symbolic.certificates.report import Answer
from moeviz.symbolic.questions.claims import Asks, Check, Claim
from moeviz.symbolic.request.answer import run_check


def own(check, **changes):
    """A claim of one test."""
    plain = Claim("X1", "cosine", "here", "All is well.", Answer.HOLDS, "It is.", (check,))
    return replace(plain, **changes)


def check_on(seed=0, orders=(0, 1), **changes):
    design = Design(model("linear", "softmax", "tanh"), 1, seed=seed)
    return replace(literal("orders", design, moving(*orders)), **changes)


@pytest.mark.parametrize(
    "other",
    [
        own(check_on(), statement="All is not well."),
        own(check_on(), paper_says=Answer.FAILS),
        own(check_on(seed=1)),
        own(check_on(orders=(0, 2))),
        own(check_on(special="somewhere")),
        own(check_on(expect=Answer.FAILS)),
        own(check_on(asks=Asks.RELATION)),
        own(check_on(), repair=(check_on(),)),
    ],
)
def test_another_claim_or_another_test_is_another_definition(other):
    assert definition(own(check_on())) == definition(own(check_on()))
    assert definition(other) != definition(own(check_on()))


def test_a_test_that_cannot_be_written_down_has_no_definition():
    secret = object()

    def decide(should_stop):
        return report.Test(str(secret), Answer.HOLDS)

    with pytest.raises(TypeError, match="a form as text"):
        definition(own(Check(decide)))


def test_claims_have_definitions_of_their_own():
    found = {definition(claim) for claim in CATALOGUE.claims.values()}
    assert len(found) == len(CATALOGUE.claims)


def test_the_index_says_what_the_verdicts_say():
    summary = shop.shipped_summary()
    assert list(summary) == list(CATALOGUE.claims)
    for name, one in summary.items():
        found = shop.shipped(name)
        assert (found.date, found.version) == (one.date, one.version)
        assert found.verdict["verdict"] == one.verdict
        assert found.verdict["condition"] == one.condition
        assert found.verdict["agrees_with_paper"] == one.agrees
        assert found.verdict["seconds"] == one.seconds
        assert bool(one.repaired) == (found.verdict["repair"] is not None)


def test_what_ships_is_small_and_names_no_claim_that_is_gone():
    files = list(shop.folder().glob("*.json"))
    assert {path.stem for path in files} == {"index", *CATALOGUE.claims}
    assert sum(path.stat().st_size for path in files) < 4e6


@pytest.fixture
def empty(tmp_path, monkeypatch):
    """A project of which nothing ships; what others read stays as it was."""
    monkeypatch.setattr(shop, "folder", lambda: tmp_path / "verdicts")
    shop.forget()
    yield tmp_path / "verdicts"
    monkeypatch.undo()
    shop.forget()


def test_a_verdict_is_current_until_its_claim_changes(empty, monkeypatch):
    assert shop.stale("C1.d2") == shop.NEVER
    assert shop.shipped("C1.d2") is None
    verdict = run_check({"claim": "C1.d2"})
    assert shop.keep(verdict, "2026-01-01")
    assert shop.stale("C1.d2") == ""
    assert shop.shipped("C1.d2").verdict == json.loads(json.dumps(verdict))
    changed = replace(CATALOGUE.claims["C1.d2"], statement="Something else.")
    monkeypatch.setitem(CATALOGUE.claims, "C1.d2", changed)
    shop.forget()
    assert shop.stale("C1.d2") == shop.CHANGED
    assert shop.shipped("C1.d2") is None
    assert shop.shipped_summary() == {}
    assert shop.index()["C1.d2"].date == "2026-01-01"


def test_the_same_verdict_again_changes_the_day_alone(empty):
    verdict = run_check({"claim": "C1.d2"})
    assert shop.keep(verdict, "2026-01-01")
    before = (empty / "C1.d2.json").read_bytes()
    assert not shop.keep({**verdict, "seconds": 99.0}, "2026-02-02")
    assert (empty / "C1.d2.json").read_bytes() == before
    assert shop.shipped("C1.d2").date == "2026-02-02"
    assert shop.keep({**verdict, "verdict": "fails"}, "2026-02-02")
    assert shop.shipped_summary()["C1.d2"].verdict == "fails"


def test_rounding_is_compared_only_where_it_measures_something():
    exact = {"exact": True, "function": ["1e-83"], "loss": ["0.1"], "seconds": 1.0}
    assert shop.timeless([exact]) == [{"exact": True, "loss": ["0.1"]}]
    moving = {**exact, "exact": False}
    assert shop.timeless([moving]) == [{"exact": False, "function": ["1e-83"], "loss": ["0.1"]}]


def test_verdicts_of_claims_that_are_gone_are_dropped(empty):
    empty.mkdir()
    (empty / "Z9.json").write_text("{}")
    shop.keep(run_check({"claim": "C1.d2"}), "2026-01-01")
    assert sorted(path.name for path in empty.iterdir()) == ["C1.d2.json", "index.json"]


def test_what_a_test_asks_and_what_is_expected_tell_what_its_failing_means():
    """A relation that a claim denies is no dependence that it speaks of."""
    denied = shop.shipped("S2.d2").verdict["tests"][0]
    assert (denied["asks"], denied["expected"], denied["verdict"]) == ("relation", "fails", "holds")
    dependent = shop.shipped("K3").verdict["tests"][0]
    assert (dependent["asks"], dependent["expected"]) == ("independence", "fails")
    for test in shop.shipped("S4.special").verdict["tests"]:
        assert (test["asks"], test["expected"]) == ("relation", "fails")
    assert shop.shipped("M4.log.bounded").verdict["tests"][0]["asks"] == "value"
