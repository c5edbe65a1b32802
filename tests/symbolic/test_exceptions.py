"""The search for exceptions: families that no list names are found, and none that is not there."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass, replace
from functools import cache
from typing import ClassVar

import pytest

from moeviz.model import Expert, Part
from moeviz.model.formula import UNITS, Kind
from moeviz.symbolic.catalogue import CATALOGUE, for_all
from moeviz.symbolic.catalogue.exceptions import Place, keep_searches, search_one, searches
from moeviz.symbolic.catalogue.parts import Design, model, moving
from moeviz.symbolic.catalogue.search import kept
from moeviz.symbolic.catalogue.search.border import Outcome
from moeviz.symbolic.catalogue.search.hunt import hunt, outcome_of
from moeviz.symbolic.catalogue.search.pattern import is_special, swapped
from moeviz.symbolic.catalogue.search.space import Search
from moeviz.symbolic.certificates.latex import verdict_latex
from moeviz.symbolic.certificates.report import Answer
from moeviz.symbolic.certificates.script import script
from moeviz.symbolic.questions.claims import Claim, decide
from tests.symbolic.certificates import CLAIMS, as_verdict, verdict

SEARCHED = [
    name
    for name, claim in CATALOGUE.claims.items()
    if any(isinstance(check.search, Search) for check in (*claim.checks, *claim.repair))
]


@dataclass(frozen=True)
class EvenExpert(Expert):
    """Two atoms with opposite slopes and equal intercepts are one and the same."""

    name: ClassVar[str] = "even"
    title: ClassVar[str] = "expert that is even in its slope"
    formula: ClassVar[str] = r"\tanh((a x)^2 + b)"
    text: ClassVar[str] = "tanh((s1*x1)^2 + s2)"
    language: ClassVar[Kind] = replace(UNITS, symbols=re.compile(r"x1|s[12]"))
    heads: ClassVar[int] = 0
    scalars: ClassVar[int] = 2

    def parts(self, dimension):
        return (Part("a", "a", dimension), Part("b", "b", 1))

    def value_and_slopes(self, t, s):
        raise NotImplementedError


DISTINCT = ("a", "b")


def planted():
    """A test of a claim that nobody has made, with families that no list names."""
    design = Design(model("linear", "softmax", EvenExpert()), 1)
    return for_all.literal("orders 0 and 1", design, moving(0, 1), DISTINCT)


def of_claim(name, part="checks", number=0):
    found = getattr(CATALOGUE.claims[name], part)[number].search
    assert found is not None
    return found


@cache
def found_for(name):
    """What the search of a claim's first test finds, or of the planted one; once per run."""
    return hunt(planted().search if name == "planted" else of_claim(name))


def families(name):
    found = found_for(name)
    return {found.search.words(p) for p in found.families}


def test_a_planted_family_that_no_list_names_is_found():
    assert families("planted") == {
        "an atom with zero slope",
        "two atoms with equal gates, equal intercepts and opposite slopes",
    }


@pytest.mark.parametrize("name", ["C5.gelu.d1", "C5.tanh.d1"])
def test_flat_experts_are_excepted_whether_their_values_are_rational_or_not(name):
    assert "an atom with zero slope" in families(name)
    assert not found_for(name).undecided


def test_a_ratio_that_is_not_rational_is_an_identity_with_a_script(tmp_path):
    search = of_claim("C5.gelu.d1")
    pattern = search.read({"relations": {"a": "zero in the first"}, "inputs": "both sides of 0"})
    test = search.check(pattern).run(None)
    assert test.answer == Answer.FAILS
    assert test.certificate["kind"] == "identity"
    path = tmp_path / "script.py"
    path.write_text(script(as_verdict(test.certificate)), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-I", str(path)], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0
    assert "[identity]: reproduced" in done.stdout


def test_a_gauge_in_an_irrational_ratio_is_no_exception():
    """Members that move neither gate nor expert are proportional, and are passed over."""
    search = of_claim("C5.gelu.d1", "repair")
    pattern = search.read(
        {"relations": {"a": "zero in both", "beta1": "generic"}, "inputs": "both sides of 0"}
    )
    assert pattern is not None
    assert search.check(pattern).run(None).answer == Answer.HOLDS


@pytest.mark.parametrize("name", ["C4.tanh.d1", "C5.tanh.d1", "C5.tanh.d2"])
def test_odd_experts_need_no_equal_gates_with_opposite_experts(name):
    assert "two atoms with equal gates and opposite experts" in families(name)


def test_inputs_of_one_sign_make_every_expert_fail_the_first_definition():
    """There x / (|x| + tau) is a fraction of x, whose product with x is a sum of the two."""
    assert "only on x > 0: any two atoms" in families("C4.tanh.d1")


def test_no_family_is_reported_for_a_claim_that_has_none():
    found = found_for("K5")
    assert found.families == found.undecided == found.undefined == ()
    assert found.border.unknown == 0
    assert found.to_json()["generic"] == "holds"


def test_a_test_that_fails_as_it_is_gets_no_search():
    found = hunt(of_claim("C5.relu.d1"))
    assert found.to_json()["generic"] == "fails"
    assert len(found.border.tested) == 1


@pytest.mark.parametrize("name", ["planted", pytest.param("M7.tanh.K2", marks=pytest.mark.crowd)])
def test_pruning_hides_no_family(name):
    """Every pattern with a test of its own: the same families, and no answer that differs."""
    found = found_for(name)
    search = found.search
    every = {int(p): outcome_of(search, int(p))[0] for p in search.patterns}
    failing = [p for p, outcome in every.items() if outcome is Outcome.FAILS]
    assert failing
    for pattern in failing:
        orders = {pattern} | ({swapped(pattern, search.places)} if search.places else set())
        assert any(is_special(one, f) for one in orders for f in found.families)
    for family in found.families:
        assert every.get(family, every.get(swapped(family, len(search.blocks)))) is Outcome.FAILS
    assert found.border.count(Outcome.FAILS) == len(failing)
    assert len(found.border.tested) < len(every)


def test_a_search_that_is_cut_off_says_so_and_goes_on():
    search = planted().search
    calls = []

    def soon():
        calls.append(None)
        return len(calls) > 40

    first = hunt(search, soon)
    assert first.border.unknown > 0
    data = first.to_json()
    assert data["left"] == first.border.unknown
    whole = hunt(search, known=data["tests"], seconds=data["seconds"])
    assert whole.border.unknown == 0
    assert set(whole.families) == set(found_for("planted").families)
    assert whole.seconds >= data["seconds"]


def test_the_extent_is_said():
    extent = of_claim("C4.tanh.d1").extent()
    assert "blocks of two atoms (gate, slope, intercept)" in extent
    assert "both sides of 0; x > 0" in extent
    assert "240 patterns" in extent
    assert "relations among three atoms are not searched" in extent


def test_what_the_papers_exclude_is_left_out():
    search = of_claim("S8.gelu.d1")
    assert "the example excludes" in search.extent()
    for words in map(search.words, map(int, search.patterns[:2000])):
        assert "zero slope" not in words
        assert "zero factor" not in words


def test_experts_that_are_never_both_active_are_not_defined_there():
    """Of opposite ReLU experts one is 0 wherever the other is not."""
    search = of_claim("C5.relu.d1", "repair")
    inputs = "the side of every kink on which the expert is not 0"
    opposite = search.read({"relations": {"a": "opposite", "b": "opposite"}, "inputs": inputs})
    assert outcome_of(search, opposite)[0] is Outcome.UNDEFINED
    equal = search.read({"relations": {"b": "equal"}, "inputs": inputs})
    assert outcome_of(search, equal)[0] is Outcome.HOLDS


@pytest.fixture
def entries(monkeypatch):
    """Kept searches of a test's own."""
    found = {}
    monkeypatch.setattr(kept, "entries", lambda: found)
    return found


def claim_of(*checks):
    return Claim("X1", "", "", "A claim.", Answer.HOLDS, "", checks)


def kept_entry(search, *relations, **more):
    return {
        **hunt(search, lambda: True).to_json(),
        "claims": ["X1"],
        "date": "2026-01-01",
        "left": 0,
        "families": [
            {"family": "as kept", "relations": r, "inputs": "both sides of 0"} for r in relations
        ],
        **more,
    }


def test_a_claim_is_decided_with_its_kept_families(entries):
    check = planted()
    entries[check.search.digest] = kept_entry(
        check.search, {"beta1": "equal", "a": "opposite", "b": "equal"}
    )
    found = decide(claim_of(check))
    assert found.answer == Answer.CONDITIONAL
    assert found.condition == (
        "no two atoms with equal gates, equal intercepts and opposite slopes"
    )
    data = found.to_json()
    (one,) = data["exceptions"]
    assert (one["verdict"], one["certificate"]) == ("fails", "relation")
    assert data["tests"][one["test"]]["special"] == one["condition"]
    assert data["tests"][one["test"]]["certificate"]["members"]
    assert data["searched"][0]["current"]
    assert "2026-01-01" in data["searched"][0]["words"]
    assert "equal gates" in verdict_latex(data)


def test_a_kept_family_is_not_believed(entries):
    check = planted()
    entries[check.search.digest] = kept_entry(check.search, {"beta1": "equal"})
    found = decide(claim_of(check))
    assert found.answer == Answer.HOLDS
    assert found.exceptions[0]["verdict"] == "holds"


def test_data_that_are_older_than_the_claim_say_so(entries):
    check = planted()
    entries["0" * 16] = kept_entry(
        check.search,
        {"beta1": "equal", "a": "opposite", "b": "equal"},
        {"gone": "equal"},
    )
    found = decide(claim_of(check))
    assert found.answer == Answer.CONDITIONAL
    assert not found.searched[0]["current"]
    assert "older than the claim's definition" in found.searched[0]["words"]
    assert "no longer known: as kept" in found.searched[0]["words"]


def test_a_claim_that_was_never_searched_says_so(entries):
    found = decide(claim_of(planted()))
    assert found.answer == Answer.HOLDS
    assert "not searched for exceptions" in found.searched[0]["words"]


def test_a_kept_search_is_dropped_when_its_test_fails_as_it_is(tmp_path, monkeypatch):
    file = tmp_path / "exceptions.json"
    monkeypatch.setattr(kept, "path", lambda: file)
    kept.entries.cache_clear()
    try:
        places = next(p for p in searches(["K5"]).values())
        one = search_one(places, lambda: True)
        keep_searches([one])
        assert list(kept.entries()) == [one["digest"]]
        assert kept.entries()[one["digest"]]["left"] == one["patterns"]
        keep_searches([{**one, "generic": "fails"}])
        assert not kept.entries()
    finally:
        kept.entries.cache_clear()


def test_another_definition_has_another_name():
    search = planted().search
    design = Design(model("linear", "softmax", EvenExpert()), 1)
    other = for_all.literal("orders 0 and 1", design, moving(0, 2), DISTINCT).search
    narrower = for_all.literal("orders 0 and 1", design, moving(0, 1), ("a",)).search
    assert len({search.digest, other.digest, narrower.digest}) == 3
    assert search.digest == planted().search.digest
    assert replace(search, symmetric=False).digest != search.digest


@pytest.mark.parametrize("name", SEARCHED)
def test_every_kept_family_fails_when_its_claim_is_decided(name):
    found = verdict(name)
    # What fails at generic parameters needs no search.
    assert bool(found.searched) == any(True for _ in asked(name))
    parts = {"tests": found.tests, "repair": found.repair}
    for one in found.exceptions:
        assert one["verdict"] == "fails", one
        assert parts[one["part"]][one["test"]].answer == Answer.FAILS
    for one in found.searched:
        assert one["current"], one
        assert "relations among three atoms are not searched" in one["words"]


def test_every_search_of_the_catalogue_is_kept():
    digests = {check.search.digest for name in CLAIMS for check in asked(name)}
    assert digests <= set(kept.entries())
    assert all(kept.entries()[digest]["date"] for digest in digests)


def asked(name):
    """The searched tests of a claim, where it holds at generic points."""
    found = verdict(name)
    parts = ((found.answer, found.claim.checks), (found.repair_answer, found.claim.repair))
    for answer, checks in parts:
        if answer in (Answer.HOLDS, Answer.CONDITIONAL):
            yield from (check for check in checks if isinstance(check.search, Search))


BY_HAND = {
    "constant gate": (
        ["S8.gelu.d1", "S8.gelu.d2", "S8.p1.d1", "S8.p2.d2", "S8.p3.d1", "S11.scaled-gelu"],
        {"A": "zero in the first", "b_gate": "zero in the first"},
    ),
    "opposite scores": (
        ["S8.p1.d1", "S8.p1.d2", "S8.p2.d1", "S8.p2.d2", "S11.linear"],
        {"A": "opposite", "b_gate": "opposite", "c": "opposite"},
    ),
    "flat expert": (
        ["K5", "M7.tanh.K2", "M7.cos.K2", "M7.x3.K2", "M7.log.K2"],
        {"a": "zero in the first"},
    ),
    "flat expert, three classes": (
        ["M7.tanh.K3", "M7.sigmoid.K3"],
        {"a_1": "zero in the first", "a_2": "zero in the first"},
    ),
}
"""Special points that the catalogue once named by hand, and claims that fail there."""


@pytest.mark.parametrize(
    ("name", "relations"),
    [(name, relations) for names, relations in BY_HAND.values() for name in names],
)
def test_the_search_finds_what_was_once_named_by_hand(name, relations):
    found = False
    for check in asked(name):
        entry = kept.entry(check.search.digest)
        assert entry is not None
        pattern = check.search.read({"relations": relations, "inputs": "both sides of 0"})
        for family in entry["families"]:
            known = check.search.read(family)
            places = len(check.search.blocks)
            found |= any(is_special(p, known) for p in (pattern, swapped(pattern, places)))
    assert found


@pytest.mark.search
@pytest.mark.parametrize("digest", [d for d in searches() if d in kept.entries()])
def test_a_fresh_search_finds_what_is_kept(digest):
    places = searches()[digest]
    fresh = search_one([Place(p.claim, p.part, p.number) for p in places])
    entry = kept.entry(digest)
    known = {family["family"] for family in entry["families"]}
    assert known <= {family["family"] for family in fresh["families"]}
    if not entry["left"]:
        assert len(known) == len(fresh["families"])
