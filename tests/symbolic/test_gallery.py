"""The gallery of questions: each is valid, answered at once, and asks something of its own."""

from __future__ import annotations

import time
from functools import cache

import pytest

from moeviz.symbolic.request.answer import run_check
from moeviz.symbolic.request.gallery import gallery
from moeviz.symbolic.request.selection import CHECK_FIELDS

QUESTIONS = gallery()


@cache
def answer(number):
    """A question's verdict and the processor's seconds, once per run."""
    begin = time.process_time()
    verdict = run_check(QUESTIONS[number].request)
    return verdict, time.process_time() - begin


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: q.title)
def test_a_question_is_answered_at_once(question):
    verdict, seconds = answer(QUESTIONS.index(question))
    assert seconds < 3.0
    assert verdict["verdict"] in ("holds", "fails")
    assert verdict["tests"][0]["certificate"]
    assert question.title.endswith("?")
    assert question.try_next.endswith((".", "?"))


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: q.title)
def test_a_question_names_only_what_is_not_usual_and_what_applies(question):
    asked = question.request["compose"]
    assert question.selection.keys() <= asked.keys()
    plain = ("dimension", "test", "expert", "order")  # named where the question turns on them
    for name, value in question.selection.items():
        assert name in plain or value != CHECK_FIELDS[name].default


def test_there_are_twelve_different_ones_with_either_answer():
    assert len(QUESTIONS) == 12
    assert len({str(sorted(q.request["compose"].items(), key=str)) for q in QUESTIONS}) == 12
    answers = [answer(number)[0]["verdict"] for number in range(12)]
    assert answers.count("holds") >= 4
    assert answers.count("fails") >= 4
    tests = {q.request["compose"]["test"] for q in QUESTIONS}
    assert {"relation", "pinned", "first-order", "cone", "discover"} <= tests
