"""The map of claims, the search in it, and the words on both sides of a difference."""

from __future__ import annotations

import json

import pytest

from moeviz.charts.claim_words import ALSO, GROUPS
from moeviz.charts.claims import claims_map, claims_of, find_claims, sides
from moeviz.charts.papers import PAPERS
from moeviz.charts.plain import plain_formula, plain_text
from moeviz.study.rates_table import RATE_ROWS
from moeviz.symbolic.catalogue import CATALOGUE
from moeviz.symbolic.catalogue.shipped import shipped, shipped_summary
from tests.support import of_every

IDS = list(CATALOGUE.claims)

CELLS = [
    (row.paper, row.gate_words, cell.expert_words, row.regime_words)
    for row in RATE_ROWS
    for cell in row.cells
]


def tiles():
    return [tile for paper in claims_map()["papers"] for tile in paper["tiles"]]


def test_the_map_is_plain_and_has_every_claim_once():
    found = claims_map()
    assert json.loads(json.dumps(found)) == found
    assert [paper["paper"] for paper in found["papers"]] == list(PAPERS)
    assert sorted(name for tile in tiles() for name in tile["claims"]) == sorted(IDS)
    assert [tile["id"] for tile in tiles()] == list(GROUPS)
    for paper in found["papers"]:
        of = {CATALOGUE.claims[name].paper for tile in paper["tiles"] for name in tile["claims"]}
        assert of == {paper["paper"]}
    assert ALSO.keys() <= CATALOGUE.claims.keys()


def test_tiles_say_what_their_claims_verdicts_are():
    summary = shipped_summary()
    for tile in tiles():
        verdicts = {summary[name].verdict.replace("holds under a ", "") for name in tile["claims"]}
        assert tile["verdict"] == (verdicts.pop() if len(verdicts) == 1 else "mixed")
        agreeing = [summary[name].agrees for name in tile["claims"]]
        said = "yes" if all(agreeing) else "partly" if any(agreeing) else "no"
        assert tile["agrees"] == ("silent" if tile["id"] == "S6" else said)
        assert len(tile["title"]) <= 40
        assert not set(tile["title"] + tile["words"]) & set("$\\_")


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("reflection of two directions", "C7.k2.d2"),
        ("two directions reflected", "C7.k2.d2"),
        ("mirror image", "C7.k2.d2"),
        ("homogeneity", "C1.d2"),
        ("homog", "C1.d2"),
        ("rotation about the difference", "C7.k2.d3"),
        ("sum of two sigmoids", "S12.limit"),
        ("full matrix", "S1.d1"),
        ("GELU strongly", "S5.gelu.d1"),
        ("log|X|", "M4.log.d1"),
        ("τ₂", "C8.tau2"),
        ("c7.k3", "C7.k3.d2"),
        ("without competition", "K7"),
        ("two atoms, same expert", "S3.def1"),
        ("A.3", "C7.k2.d2"),
        ("Theorem 3.1", "M5.K2"),
        ("theorem k.1", "K5"),
        ("β_{0k} perturbed", "C6.relu"),
        ("∂²F/∂A∂c", "S4.a.d1"),
    ],
)
def test_words_find_the_claim_that_means_them(text, first):
    assert first in find_claims(text)[:2]


def test_symbols_are_found_however_they_are_typed():
    spellings = ["β₁", "beta_1", r"\beta_1", r"$\beta_1$", "BETA_1", "beta1"]
    found = [find_claims(text) for text in spellings]
    assert found[0][:2] == ["C1.d2", "C1.d3"]
    assert all(one == found[0] for one in found)
    for text in ("β₁·∂H/∂β₁ = 0", r"\beta_1^\top \partial H / \partial \beta_1 = 0"):
        assert find_claims(text)[0] == "C1.d2"
    summary = shipped_summary()
    assert all("tanh" in _all_words(name) for name in find_claims("tanh"))
    assert set(find_claims("tanh")) >= {name for name in summary if ".tanh" in name}


def _all_words(name):
    claim = CATALOGUE.claims[name]
    group = GROUPS[name.partition(".")[0]]
    said = (name, claim.statement, claim.words, claim.repaired, group.says, group.also)
    return " ".join(said).lower()


def test_a_verdict_is_asked_for_by_its_word():
    """Which claims of the cosine paper fail?"""
    found = find_claims("which claims of the cosine paper fail")
    summary = shipped_summary()
    fails = {n for n in summary if n.startswith("C") and summary[n].verdict == "fails"}
    assert set(found) == fails
    repaired = find_claims("Which claims of the cosine paper fail, and what repairs them?")
    assert set(repaired) == {name for name in fails if summary[name].repaired}


def test_a_place_in_a_paper_is_one_term():
    assert all("1" in CATALOGUE.claims[n].reference for n in find_claims("Definition 1"))
    regime = find_claims("Regime 2")
    assert {"M6.K2", "M1.K2.s1"} <= set(regime)
    assert all(name.startswith("M") for name in regime)


@pytest.mark.parametrize(
    "text",
    ["", "  ", "qwertz", "$", "\\", "{", "the of", "\x00", "{" * 5000, "^" * 5000, "\\frac" * 99],
    ids=lambda text: text[:9],
)
def test_anything_may_be_typed(text):
    assert find_claims(text) == []


@of_every(IDS)
def test_every_claim_is_found_by_its_id_and_by_its_own_words(name):
    assert find_claims(name) == [name]
    own = find_claims(CATALOGUE.claims[name].statement)
    assert name in own[: 2 + len([n for n in IDS if n.split(".")[0] == name.split(".")[0]])]


@pytest.mark.parametrize("cell", CELLS, ids=" / ".join)
def test_claims_of_a_rate_are_its_papers(cell):
    found = claims_of(*cell)
    assert found == [name for name in IDS if name in found]
    assert {CATALOGUE.claims[name].paper for name in found} <= {cell[0]}


def test_claims_of_rates_are_of_the_cells_expert_and_regime():
    perturbed = ("cosine", "perturbed cosine router")
    over = claims_of(*perturbed, "ReLU", "over-specified")
    assert over == ["C3.d2", "C3.d3", "C4.relu.d1", "C4.relu.d2", "C8.over.relu"]
    exact = claims_of(*perturbed, "tanh", "exact-specified")
    assert "C8.exact.tanh" in exact
    assert not set(exact) & set(over) - {"C3.d2", "C3.d3"}
    assert claims_of("cosine", "linear router", "ReLU", "over-specified") == []
    assert (
        claims_of("multinomial", "standard softmax gate", "multinomial logistic", "density") == []
    )
    assert claims_of("compete", "competition", "FFN", "over-specified") == [
        *("K1.ffn", "K2.h1.d1", "K2.h1.d2", "K2.h2.d1", "K4", "K8.y", "K8.x")
    ]
    without = "linear softmax gate, without competition"
    assert claims_of("compete", without, "linear", "over-specified") == ["K7"]


ASIDES = ("S14.", "M11.", "K10")
"""Attention, huge inputs, schedules."""


def test_what_no_rate_speaks_of_is_about_what_no_rate_has():
    """Experts, maps and powers that have no cell, what only bounds the definitions, and asides."""
    spoken = {name for cell in CELLS for name in claims_of(*cell)}
    partial = ("S15.", "S17.", "S18.", "S19.", "S21.", "S22.partial.")  # one cell in the matrix
    unasked = (*ASIDES, *partial)
    silent = [name for name in IDS if name not in spoken and not name.startswith(unasked)]
    assert any(name.startswith("S17.p2") for name in spoken)
    left = {name.rsplit(".d", 1)[0].rsplit(".K", 1)[0] for name in silent}
    others = ("tanh", "gelu", "p2", "p3", "linear", "constant", "tau2", "gauge", "relu")
    maps = ("tanh", "cos", "sin", "x2", "x3", "x4", "log", "unit")
    assert all(
        name.split(".")[1] in (maps if name.startswith("M") else ("over", "exact", *others))
        for name in left
    )


@of_every(IDS)
def test_where_paper_and_checker_differ_there_is_a_counterexample(name):
    verdict = shipped(name).verdict
    found = sides(verdict)
    assert found["differ"] == (not verdict["agrees_with_paper"] and not name.startswith("S6."))
    assert found["paper_words"] == CATALOGUE.claims[name].words
    if found["differ"]:
        assert found["counterexample"].endswith(".")
        assert found["counterexample"].count("$") % 2 == 0
        test = verdict["tests"][found["test"]]
        assert test["verdict"] != test["expected"]
        assert not test["special"] or verdict["verdict"] != "fails"
    assert bool(found["repair"]) == (verdict["repair"] is not None) == bool(found["repair_title"])
    if found["repair"]:
        holds = verdict["repair"]["verdict"].startswith("holds")
        assert ("This holds" in found["repair"]) == holds
        assert found["repair_title"].startswith("What repairs" if holds else "A repair was tried")


def test_the_counterexample_is_the_certificates():
    words = sides(shipped("S1.d2").verdict)
    assert "A^{(2)}" in words["counterexample"]
    assert words["our_words"] == "It fails."
    assert words["repair"].endswith("This holds.")
    sequence = sides(shipped("S10.relu.d1").verdict)["counterexample"]
    assert "$\\varepsilon^{2}$" in sequence
    bound = sides(shipped("M5.K2").verdict)
    assert bound["counterexample"].startswith('Without the condition "fewer than two')


@of_every(IDS)
def test_a_terminal_gets_no_latex(name):
    verdict = shipped(name).verdict
    repair = verdict["repair"] or {"tests": [], "statement": "", "condition": ""}
    words = [verdict["statement"], verdict["condition"], repair["statement"], repair["condition"]]
    tests = [*verdict["tests"], *repair["tests"]]
    formulas = [t["certificate"]["latex"] for t in tests if "latex" in t["certificate"]]
    for text in (*map(plain_text, words), *map(plain_formula, formulas)):
        assert not set(text) & set("\\$")


@pytest.mark.parametrize(
    ("latex", "plain"),
    [
        (r"\frac{1}{2}\,\beta_1", "1/2 β₁"),
        (r"\frac{\partial^2 F}{\partial b_1\,\partial c} = 0", "∂²F/∂b₁∂c = 0"),
        (r"- \frac{14}{3}\,H_{2} + H_1 = 0", "−14/3 H₂ + H₁ = 0"),
        (r"\frac{1}{1 - p_1(a)}", "1/(1 − p₁(a))"),
        (r"A \in \mathbb{R}^{d \times d}", "A ∈ ℝ^(d × d)"),
        (r"\|f\|_{L^2(\mu)} \gtrsim \mathcal{L}_1", "‖f‖_(L²(μ)) ≳ L₁"),
        (r"\beta_1^{(2)}", "β₁⁽²⁾"),
        (r"e^{s(x)} \to +\infty", "e^(s(x)) → +∞"),
        (r"\widetilde H \neq 0", "H̃ ≠ 0"),
        ("", ""),
        ("{", ""),
        (r"\frac", "/"),
    ],
)
def test_formulas_in_plain_characters(latex, plain):
    assert plain_formula(latex) == plain
