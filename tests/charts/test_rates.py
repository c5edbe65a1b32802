"""The matrix of rates: cells, what they say together, and what to notice."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

import moeviz.charts.proofs
from moeviz.charts.measured import Measured
from moeviz.charts.proofs import CONDITION, FAILS, MARKS, NONE, OPEN, PROVED, mark_of, proofs
from moeviz.charts.rates import (
    AGREEMENTS,
    KINDS,
    PAPERS,
    agreement_of,
    kind_of_claim,
    rates_matrix,
)
from moeviz.charts.rates_notices import chosen
from moeviz.charts.rates_words import powers_of, samples, short_rate, together
from moeviz.study.rate_cell import COLUMNS, SETTINGS
from moeviz.study.rates_table import RATE_ROWS
from moeviz.study.slope import Slope
from moeviz.symbolic.catalogue import CATALOGUE
from moeviz.text import json_text
from moeviz.theory.claim import HALF, QUARTER, SLOW, RateClaim

MATRIX = rates_matrix()
CELLS = [cell for row in MATRIX["rows"] for cell in row["cells"]]
RATE = RateClaim(-0.5, "", "cosine Theorem 6", HALF)
NO_POWER = RateClaim(None, "", "cosine Theorem 5", SLOW)


class Said:
    """What the index says of a claim."""

    def __init__(self, verdict: str, agrees: bool) -> None:
        self.verdict, self.agrees = verdict, agrees
        self.condition = self.repaired = ""
        self.date = "2026-01-01"


def slope(mark):
    return Measured(Slope(-0.5, -0.6, -0.4, (10, 100)), mark, "", "", "lab", "", "cpu")


def test_the_matrix_is_plain_data_with_every_claim_once():
    assert json.loads(json_text(MATRIX)) == MATRIX
    assert len(CELLS) == sum(len(row.cells) for row in RATE_ROWS) == MATRIX["count"]["cells"]
    assert len({cell["name"] for cell in CELLS}) == len(CELLS)
    for row in MATRIX["rows"]:
        assert row["paper"] in PAPERS
        assert row["setting"] in SETTINGS
        columns = [cell["column"] for cell in row["cells"]]
        assert len(set(columns)) == len(columns)
        assert set(columns) <= set(COLUMNS)
        assert columns == sorted(columns, key=list(COLUMNS).index)


def test_every_cell_is_measured_or_says_why_not():
    assert MATRIX["count"]["measured"] == len(CELLS)
    for cell in CELLS:
        assert bool(cell["measured"]) != bool(cell["why_not"])
        assert cell["kind"] in KINDS
        assert cell["agreement"] in AGREEMENTS
        assert cell["proof"] in MARKS
        assert (cell["proof"] == NONE) == (not cell["claims"])


def test_claims_that_decide_a_rate_are_of_its_paper():
    for row in RATE_ROWS:
        for cell in row.cells:
            for name in cell.decided_by:
                assert CATALOGUE.claims[name].paper == row.paper


def test_a_rate_reads_as_samples_for_an_error():
    for power, samples_for in ((2, "ε^(−2)"), (4, "ε^(−4)"), (12, "ε^(−12)")):
        claim = replace(RATE, rate=f"n^(−1/{power})")
        assert short_rate(claim) == claim.rate
        assert samples(claim) == samples_for
    two = replace(RATE, rate=f"{HALF} in Table 1, {QUARTER} in §4.2")
    assert (short_rate(two), samples(two)) == (f"{HALF} or {QUARTER}", "ε^(−2) or ε^(−4)")
    assert samples(NO_POWER) == "no power of 1/ε"
    kinds = [kind_of_claim(one) for one in (RATE, replace(RATE, rate=QUARTER), NO_POWER, two)]
    assert kinds == ["half", "quarter", "slow", "other"]


@pytest.mark.parametrize(
    ("verdict", "agrees", "mark"),
    [
        ("holds", True, PROVED),
        ("fails", True, PROVED),
        ("fails", False, FAILS),
        ("holds", False, CONDITION),
        ("holds under a condition", False, CONDITION),
        ("undecided", False, OPEN),
    ],
)
def test_a_mark_is_of_the_papers_sentence(monkeypatch, verdict, agrees, mark):
    shipped = {"C9.over": Said(verdict, agrees)}
    monkeypatch.setattr(moeviz.charts.proofs, "shipped_summary", lambda: shipped)
    (found,) = proofs(["C9.over"])
    assert (found.mark, found.verdict) == (mark, verdict)
    (unknown,) = proofs(["C9.exact"])
    assert unknown.mark == OPEN


def test_of_several_claims_the_one_that_stands_worst_gives_the_mark(monkeypatch):
    shipped = {"C9.over": Said("holds", True), "C9.exact": Said("fails", False)}
    monkeypatch.setattr(moeviz.charts.proofs, "shipped_summary", lambda: shipped)
    assert mark_of(proofs(["C9.over", "C9.exact"])) == FAILS
    assert mark_of(proofs(["C9.over", "C9.gauge"])) == OPEN
    assert mark_of(proofs(["C9.over"])) == PROVED
    assert mark_of(()) == NONE


@pytest.mark.parametrize("mark", MARKS)
def test_claim_slope_and_proof_disagree_where_one_speaks_against_another(mark):
    assert agreement_of(slope("no"), mark) == "differ"
    assert (agreement_of(slope("yes"), mark) == "differ") == (mark == FAILS)
    assert (agreement_of(None, mark) == "open") == (mark in (CONDITION, OPEN, NONE))
    words = together(RATE, slope("no"), mark)
    assert words.startswith("The slope contradicts the claim")
    assert "learnt at the claimed rate" not in words
    assert ("others near it" in together(RATE, slope("yes"), mark)) == (mark == FAILS)
    assert together(NO_POWER, slope("unknown"), mark).startswith("The slope cannot contradict")


def proofs_part(said):
    """How the proofs of the claims stand, without their number and what lies in brackets."""
    first = re.sub(r" \([^)]*\)", "", said.split(". ")[0])
    return re.sub(r" of \d+ claims?", " of all", first.replace("none of", "0 of"))


def slopes_part(said):
    """How the slopes of the claims stand."""
    return re.search(r"[^.]* contradicts? [^.]*\.", said)[0]


def test_what_to_notice_counts_what_is_shown():
    for name, said in MATRIX["notices"].items():
        paper, setting, agreement = name.split("|")
        cells = [cell for _, cell in chosen(MATRIX["rows"], paper, setting, agreement)]
        if cells:
            assert f" of {len(cells)} claim" in said
            for part in (proofs_part(said), slopes_part(said)):
                assert sum(map(int, re.findall(r"(?<![−.])\b\d+(?= )", part))) == len(cells)
            fails = sum(cell["proof"] == FAILS for cell in cells)
            assert said.startswith(f"The proof fails as printed in {fails or 'none'} of ")
            against = [cell for cell in cells if cell["measured"]["mark"] == "no"]
            assert ("No slope contradicts" in said) == (not against)
            assert (" paper" in said) == (paper != "all")
        else:
            assert said.startswith("No claim is so")


def test_a_cell_says_aloud_all_that_it_shows():
    for row in MATRIX["rows"]:
        for cell in row["cells"]:
            said = cell["label"]
            for part in (row["gate"], row["regime"], cell["expert"], cell["claim"]):
                assert part in said
            assert "slope" in said or cell["measured"] is None
            assert ("against the claim" in said) == (cell["agreement"] == "differ")


def cell_named(name):
    return next(cell for cell in CELLS if cell["name"] == name)


def test_a_mark_is_of_the_expert_that_is_measured():
    cell = cell_named("sigmoid.sigmoid.dense.relu")
    assert cell["measured_with"] == "GELU"
    marks = {one["expert"]: one["mark"] for one in cell["claims"]}
    assert cell["proof"] == marks["GELU"]
    assert marks == {"ReLU": FAILS, "GELU": CONDITION}
    assert cell["together"].startswith(
        "Measured with GELU. The paper's claim fails as printed for ReLU; for GELU it holds under "
        "a condition."
    )
    for other in CELLS:
        experts = [one["expert"] for one in other["claims"]]
        assert all(experts) == bool(other["measured_with"] or not experts)


@pytest.mark.parametrize(
    ("marks", "said"),
    [
        ((FAILS, FAILS), "The paper's claim fails as printed for ReLU and GELU."),
        ((PROVED, OPEN), "The paper's claim is proved for ReLU; for GELU it is not decided."),
        ((NONE,), "The checker has no claim that decides it."),
    ],
)
def test_claims_of_several_experts_are_told_apart(marks, said):
    experts = ("ReLU", "GELU")[-len(marks) :]
    words = together(RATE, slope("unknown"), marks[-1], [*zip(experts, marks, strict=True)])
    assert words == f"Measured with GELU. {said} The slope cannot tell."


def test_a_proof_says_what_comes_of_its_repair(monkeypatch):
    (found,) = proofs(["C8.exact.relu"])
    said = {"": "", "holds": "; repaired, it holds", "fails": "; repaired, it fails too"}
    said["undecided"] = "; repaired, it is not decided"
    for verdict, words in said.items():
        one = replace(found, mark=FAILS, condition="", repaired=verdict)
        assert one.says == f"fails as printed{words}"


def test_a_claim_of_several_rates_is_not_one_of_no_power():
    several = [c for c in CELLS if c["exponent"] is None and powers_of(c["claim"])]
    assert {"compete.gaussian.over.linear"} < {cell["name"] for cell in several}
    for cell in several:
        assert "no single slope" in cell["measured"]["words"]
        assert "more than one rate" in cell["together"]
