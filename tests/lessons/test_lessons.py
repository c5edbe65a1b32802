"""Lessons: their numbers are the library's and the kept results', and their words follow them."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
import torch

from moeviz.charts.closeness_atoms import KINDS
from moeviz.charts.gates import COSINE, LINEAR
from moeviz.charts.gates_formula import movement
from moeviz.errors import SpecificationError
from moeviz.lessons import LESSONS
from moeviz.lessons.answers import filled, holds, judged, read_answer, right_option, written
from moeviz.lessons.blocks import Check, If, Look, Predict, Reveal, Run, Text
from moeviz.lessons.facts import CurveKey, OfCurve, OfLoss, facts_of
from moeviz.lessons.questions import Choice, Number
from moeviz.study.kept import kept_result
from moeviz.theory.losses import LOSSES
from tests.support import of_every

FACTS = {name: facts_of(lesson.facts, kept_result) for name, lesson in LESSONS.items()}

SLOW = CurveKey("cosine", "angular", "pinned")


def texts(lesson) -> list[str]:
    """All words of a lesson in which facts may stand."""
    found = []
    for block in (block for step in lesson.steps for block in step.blocks):
        if isinstance(block, Text):
            found.append(block.words)
        elif isinstance(block, Reveal):
            found += [block.right, block.close, block.wrong, *block.rows.values()]
        elif isinstance(block, If):
            found += [block.then, block.otherwise]
        elif isinstance(block, Predict):
            found.append(block.question.question)
        elif isinstance(block, Check):
            found += [block.question.question, block.right, block.wrong]
    return found


@of_every(LESSONS.values())
def test_every_place_of_a_text_has_its_fact(lesson):
    facts = {**FACTS[lesson.name], "guess": "something"}
    said = [filled(words, facts) for words in texts(lesson)]
    assert said
    for words in said:
        assert not re.search(r"\{|no number|not finite", words), words


@of_every(LESSONS.values())
def test_no_measured_number_is_typed(lesson):
    """What is typed are explanations, such as that 0 is flat."""
    blocks = [block for step in lesson.steps for block in step.blocks]
    questions = {block.question.question for block in blocks if isinstance(block, Predict)}
    typed = [re.sub(r"\{[^}]*\}", "", words) for words in texts(lesson) if words not in questions]
    assert [words for words in typed if re.search(r"\d[.,]\d|\d\d", words)] == []


@of_every(LESSONS.values())
def test_a_lesson_asks_before_it_reveals_and_its_answers_exist(lesson):
    asks, predict = lesson.predicts
    reveals, _ = lesson.reveals
    checks, check = lesson.checks
    assert asks < reveals < checks <= len(lesson.steps)
    facts = FACTS[lesson.name]
    assert right_option(check.question, facts) is not None
    question = predict.question
    if isinstance(question, Number):
        assert question.low <= question.start <= question.high
        assert question.low < float(facts[question.fact]) < question.high
    else:
        assert right_option(question, facts) is not None


@of_every(LESSONS.values())
def test_nothing_answers_to_the_hand_before_the_prediction(lesson):
    before = [block for step in lesson.steps[: lesson.predicts[0]] for block in step.blocks]
    looks = [block for block in before if isinstance(block, Look | Run)]
    assert looks
    assert all(block.still for block in looks if isinstance(block, Look))


@of_every(LESSONS.values())
def test_the_results_that_ship_are_as_the_lesson_expects(lesson):
    found = [block for step in lesson.steps for block in step.blocks if isinstance(block, If)]
    assert found
    assert all(holds(block.when, FACTS[lesson.name]) for block in found)


def test_the_gauge_is_one_to_rounding_and_the_other_router_moves():
    facts = FACTS["gauge"]
    assert facts["longer.left"] < 1e-10
    assert facts["moved.right"] < 1e-10
    setup = LESSONS["gauge"].facts["longer"].setup
    assert setup.models == ((COSINE, "softmax"), (LINEAR, "softmax"))
    assert facts["longer.right"] == movement(setup, 1) > 0.1
    assert facts["moved.left"] > 0.01


def test_the_slow_lesson_says_the_kept_slopes():
    facts = FACTS["slow"]
    curve = SLOW.of(kept_result("cosine-exact").result)
    slope = curve.slope
    assert (facts["angle.slope"], facts["angle.low"]) == (slope.estimate, slope.low)
    assert facts["angle.theory"] == curve.claim.exponent
    assert facts["all.times"] < 2 < facts["angle.times"]
    assert facts["printed.paper"] == -0.11


def test_the_loss_of_the_pair_is_the_librarys():
    facts, kind = FACTS["close"], KINDS["softmax"]
    source = LESSONS["close"].facts["apart"]
    assert isinstance(source, OfLoss)
    truth = kind.measure(kind.truth)
    for name, fit in (("first", source.first), ("second", source.second)):
        value = LOSSES[source.loss].evaluate(kind.measure(fit), truth)
        torch.testing.assert_close(float(value), facts[f"apart.{name}"])
    assert facts["apart.ratio"] == pytest.approx(facts["apart.expected"])
    assert facts["split.first"] == 0.0


def other(name: str):
    """The kept result of another truth, on which the direction is learnt slowly."""
    kept = kept_result(name)
    curves = [
        replace(c, slope=replace(c.slope, estimate=-0.2, low=-0.23, high=-0.17))
        if c.reading.loss == "angular"
        else c
        for c in kept.result.curves
    ]
    return replace(kept, result=replace(kept.result, curves=tuple(curves)))


def test_another_result_changes_numbers_verdicts_and_sentences():
    lesson = LESSONS["slow"]
    facts = facts_of(lesson.facts, other)
    assert facts["angle.slope"] == -0.2
    _, reveal = lesson.reveals
    assert "−0.20 (−0.23 to −0.17)" in filled(reveal.rows["Measured"], facts)
    question = lesson.predicts[1].question
    assert judged(question, -0.2, facts) == "right"
    assert judged(question, -0.2, FACTS["slow"]) == "wrong"
    (expects,) = (b for step in lesson.steps for b in step.blocks if isinstance(b, If))
    assert not holds(expects.when, facts)
    check = lesson.checks[1].question
    assert right_option(check, FACTS["slow"]).name == "direction"
    assert right_option(check, facts) is None
    assert judged(check, "direction", facts) == "open"


def test_a_prediction_is_right_near_or_wrong():
    question, facts = LESSONS["slow"].predicts[1].question, FACTS["slow"]
    value = facts["angle.slope"]
    said = [judged(question, round(value + off, 2), facts) for off in (0.0, 0.1, 0.5)]
    assert said == ["right", "close", "wrong"]
    assert judged(question, value, {**facts, "angle.slope": None}) == "open"
    choice = LESSONS["gauge"].predicts[1].question
    right = right_option(choice, FACTS["gauge"])
    assert [judged(choice, o.name, FACTS["gauge"]) for o in choice.options].count("right") == 1
    assert judged(choice, right.name, FACTS["gauge"]) == "right"


@pytest.mark.parametrize("text", ["", "nan", "inf", "2", "-7", "abc", "1e999", "direction", "​"])
def test_an_answer_that_is_none_is_refused_in_a_sentence(text):
    for lesson in LESSONS.values():
        question = lesson.checks[1].question
        assert isinstance(question, Choice)
        if text in [option.name for option in question.options]:
            continue
        with pytest.raises(SpecificationError, match=r"Expected .* but got"):
            read_answer(question, text)
    with pytest.raises(SpecificationError, match=r"a number from -1 to 0\.5"):
        read_answer(LESSONS["slow"].predicts[1].question, text)


def test_words_hold_nothing_but_facts():
    assert filled("{a.b} and {a.b:0}, {x y}", {"a.b": -1.25}) == "−1.25 and −1, {x y}"
    assert filled("{a.n} {a.none}", {"a.n": 1000, "a.none": None}) == "1,000 no number"
    assert written("as it is") == "as it is"
    with pytest.raises(SpecificationError, match=r"known are a\.b"):
        filled("{a.c}", {"a.b": 1})


def test_a_result_that_is_missing_or_another_one_is_said():
    source = OfCurve("cosine-exact", SLOW)
    with pytest.raises(SpecificationError, match="there is none"):
        source.facts(lambda name: None)
    with pytest.raises(SpecificationError, match="has none"):
        replace(source, key=replace(SLOW, router="linear")).facts(kept_result)
