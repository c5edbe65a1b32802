"""Results of comparisons: curves, final numbers, paired differences, printed orderings."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from moeviz.errors import ShapeError, SpecificationError
from moeviz.text import json_text
from moeviz.train.compared import compared, sizes
from moeviz.train.measure import DIAGNOSTICS
from moeviz.train.paired import paired, t_interval
from moeviz.train.published import TABLES
from moeviz.train.specification import Training
from tests.train.results import made


def test_the_interval_is_the_one_of_a_textbook() -> None:
    # Mean 2, standard deviation 1, and t(2) at 97.5 % is 4.302653.
    mean, low, high = t_interval(np.array([1.0, 2.0, 3.0]))
    assert mean == pytest.approx(2.0)
    assert high - mean == mean - low == pytest.approx(4.302653 / math.sqrt(3.0), abs=1e-6)
    assert math.isnan(t_interval(np.array([1.0]))[1])
    assert math.isnan(t_interval(np.array([]))[0])


def test_differences_are_paired() -> None:
    base = np.array([1.0, 5.0, 9.0])
    # Seeds differ by far more than methods do: only pairs can tell.
    lower = paired(base - np.array([0.1, 0.11, 0.12]), base, lower_is_better=True)
    assert lower.says == "better"
    assert lower.mean == pytest.approx(-0.11)
    assert lower.low < lower.mean < lower.high < 0
    assert paired(base - np.array([0.1, 0.11, 0.12]), base, lower_is_better=False).says == "worse"
    assert paired(base, base, lower_is_better=True).says == "cannot tell"
    assert paired(base[:1] - 1.0, base[:1], lower_is_better=True).says == "cannot tell"
    two = paired(base[:2] - np.array([0.1, 0.1001]), base[:2], lower_is_better=True)
    assert two.high < 0.0
    assert two.says == "cannot tell"
    assert paired(base + 3.0, 2.0, lower_is_better=True).pairs == 3
    with pytest.raises(ShapeError, match="same seeds"):
        paired(base, base[:2], lower_is_better=True)


def test_a_run_that_came_to_no_number_is_counted_and_not_compared() -> None:
    result = made(lambda run, at: None if run.method and run.seed == 2 else 1.0 + 0.1 * run.method)
    assert result.complete
    assert result.diverged(0) == 0
    assert result.diverged(1) == 1
    assert np.isnan(result.final(1)).tolist() == [False, True, False]
    difference = result.difference(1, 0)
    assert (difference.pairs, difference.lost) == (2, 1)
    assert difference.mean == pytest.approx(0.1)
    assert json.loads(json_text(result.to_json()))["methods"][1]["final"][1] is None


def test_half_a_result_says_what_is_there() -> None:
    result = made(lambda run, at: 3.0 - at, only=lambda run, at: at < 2 - (run.seed == 3))
    assert not result.complete
    assert result.reached == 1
    assert np.isnan(result.final(0)).all()
    assert result.final(0, points=1).tolist() == [3.0, 3.0, 3.0]
    assert np.isnan(result.final(0, points=2)).tolist() == [False, False, True]
    assert np.isnan(result.final(0, points=0)).all()
    curve = result.curve(0)
    assert curve.values.shape == (1, 3, 3)
    assert np.isnan(curve.values[0]).tolist() == [
        [False, False, True], [False, False, True], [False, True, True],
    ]  # fmt: skip
    assert curve.mean[0] == 3.0
    assert result.difference(1, 0).says == "cannot tell"
    assert result.difference(1, 0).lost == 3
    nothing = made(lambda run, at: 1.0, only=lambda run, at: False)
    assert nothing.reached == 0
    assert nothing.diverged(0) == 0
    assert math.isnan(nothing.speed(0))
    assert json_text(nothing.to_json())
    # A stretch without the one before it does not count.
    gap = made(lambda run, at: 1.0, only=lambda run, at: at != 1)
    assert gap.reached == 1


def test_diagnostics_loads_and_schedules_have_their_shapes() -> None:
    result = made(lambda run, at: 1.0, methods="smoe\ncompetesmoe\ndense-active")
    for name in DIAGNOSTICS:
        steps, values = result.diagnostic(name, 0)
        assert values.shape == (2, 3, 3)
        assert len(steps) == 3
    assert np.all(result.diagnostic("agreement", 1)[1] == 0.5)
    assert np.isnan(result.diagnostic("change", 1)[1]).all()
    assert result.load(0)[1].shape == (2, 3, 3, 4)
    assert result.competed(0) is None
    counts = result.competed(1)
    assert counts is not None
    assert counts.shape == (2, 3, 3)
    assert counts[0].sum() == 9
    assert counts[1].sum() == 0
    assert result.speed(0) == 102.0
    assert result.values(0, "rank_down").tolist() == pytest.approx([0.1] * 3)
    assert not result.known
    with pytest.raises(SpecificationError, match="Expected a curve"):
        result.curve(0, "nonsense")


def test_digits_are_read_at_the_checkpoint_that_validation_likes() -> None:
    losses = [0.5, 0.2, 0.4]
    result = made(
        lambda run, at: losses[at] - 0.01 * run.domain, task="digits", seeds=2, methods="smoe"
    )
    assert not result.measure.lower_is_better
    assert result.curve(0, "accuracy").values.shape == (6, 2, 3)
    expected = np.mean([0.8 + 0.01 * domain for domain in range(6)])
    assert result.final(0) == pytest.approx([expected, expected])
    assert result.final(0, points=1) == pytest.approx([expected - 0.3] * 2)
    assert result.baseline is None
    assert result.beside_baseline(0) is None


def test_methods_stand_beside_the_simple_model() -> None:
    result = made(lambda run, at: 0.001 * run.seed + (0.0 if run.method else 9.0))
    assert result.baseline is not None
    said = [result.beside_baseline(method) for method in (0, 1)]
    assert [one.says for one in said if one is not None] == ["worse", "better"]


LADDER = {"smoe": 2.0, "xmoe": 3.0, "pcosine": 4.0, "competesmoe": 1.0}


def test_orderings_agree_where_they_are_the_papers_and_not_where_they_are_turned() -> None:
    names = list(LADDER)
    lines = "\n".join(names)

    def like(run, at):
        return LADDER[names[run.method]] + 0.01 * run.seed

    same = made(like, "compete-lm", methods=lines)
    found = compared(same, TABLES["compete-2"])
    assert len(found) == 6
    assert {one.agrees for one in found} == {"yes"}
    turned = made(lambda run, at: 5.0 - like(run, at), "compete-lm", methods=lines)
    assert {one.agrees for one in compared(turned, TABLES["compete-2"])} == {"no"}
    noise = made(lambda run, at: float((-1) ** (run.seed + run.method)), "x", methods=lines)
    unclear = compared(noise, TABLES["compete-2"])
    assert {one.agrees for one in unclear} == {"cannot tell"}
    for one in [*found, *unclear]:
        assert one.words.endswith(".")
        assert one.label in one.words
    assert found[0].words == (
        "compete Table 2, PPL: XMoE is worse than SMoE (14.05 and 13.72); so it is here."
    )
    assert "not the paper's" in sizes(same, TABLES["compete-2"])
    assert json_text(same.to_json())


def test_higher_accuracy_on_paper_is_lower_loss_here() -> None:
    best = {0.0: 4.0, 0.1: 1.0, 0.2: 2.0, 0.3: 5.0}
    lines = "competesmoe\n" + "\n".join(f"competesmoe alpha={alpha}" for alpha in (0.0, 0.2, 0.3))
    order = [0.1, 0.0, 0.2, 0.3]
    result = made(lambda run, at: best[order[run.method]] + 0.01 * run.seed, methods=lines)
    found = compared(result, TABLES["compete-9"])
    assert len(found) == 6
    assert {one.agrees for one in found} == {"yes"}
    assert compared(result, TABLES["cosine-3"]) == []


def test_what_was_run_under_another_python_can_still_be_read() -> None:
    data = {**Training.make("test", {}).to_json(), "text": "0" * 16}
    with pytest.raises(SpecificationError, match="another"):
        Training.from_json(data)
    read = Training.from_json(data, today=False)
    assert read.text == "0" * 16
    assert read.hash != Training.make("test", {}).hash
