"""Every truth is shown once, with what is known about it; a best approximation with its doubts."""

from __future__ import annotations

from dataclasses import replace

from moeviz.charts.truth import EDGE, atoms_table, truth_parts
from moeviz.study.fit_report import Approximation


def approximated(result, **changes):
    """The result with its first fit held against a best approximation."""
    first, *others = result.truth
    found = Approximation(first.columns, first.truth, 0.2, 0.003, 0.05, True)
    held = replace(first, reach=None, null=None, gauge=None, projection=replace(found, **changes))
    return replace(result, truth=(held, *others))


def test_fits_that_share_a_truth_share_a_table(result):
    (part,) = truth_parts(result)
    assert "cosine router; perturbed cosine router" in part.title
    assert part.table["True expert"] == ["Expert 1", "Expert 2"]
    assert len(part.sentences) == len(result.truth)
    for fit, said in zip(result.truth, part.sentences, strict=True):
        assert f"reach {fit.reach:,.0f}" in said
        assert f"information matrix: {fit.null}" in said
        assert f"of them gauge: {fit.gauge}" in said


def test_estimators_do_not_repeat_a_truth(classes):
    (part,) = truth_parts(classes)
    assert len(part.sentences) == 2


def test_a_best_approximation_comes_with_its_distance_and_its_error(result):
    truth, part = truth_parts(approximated(result))
    assert "not defined" in truth.sentences[0]
    assert part.title == "Best approximation: cosine router"
    assert part.table["Fitted expert"] == ["Expert 1", "Expert 2"]
    assert "distance in L² to the truth is 0.2;" in part.sentences[0]
    assert "by 0.003" in part.sentences[0]
    assert "0.05 further" in part.sentences[1]
    assert part.warning == ""


def test_a_best_approximation_that_was_not_found_is_doubted(result):
    _, part = truth_parts(approximated(result, converged=False, other_optima=0.0))
    assert part.warning == EDGE
    assert "All of several starts" in part.sentences[1]


def test_an_unknown_truth_has_no_parts(empty):
    assert truth_parts(empty) == []


def test_wide_atoms_are_written_down_the_page():
    assert atoms_table(["beta0", "b"], [[0.25, -1.0], [0.0, 2.0]]) == {
        "True expert": ["Expert 1", "Expert 2"],
        "beta0": ["0.25", "0.00"],
        "b": ["−1.00", "2.00"],
    }
    names = [f"p{i}" for i in range(20)]
    table = atoms_table(names, [[0.0] * 20, [1.0] * 20])
    assert list(table) == ["True expert:", "1", "2"]
    assert table["True expert:"] == names
    assert table["2"] == ["1.00"] * 20
