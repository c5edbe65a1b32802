"""The question of a check of one's own, as a sentence with choices."""

from __future__ import annotations

import re

import pytest

from moeviz.charts.glossary import GLOSSARY
from moeviz.charts.question import (
    CLAUSES,
    HINTS,
    PLACE_HINTS,
    PLACES,
    SAID,
    Blank,
    question,
    question_hint,
    question_words,
)
from moeviz.model import SCORES
from moeviz.symbolic.request.selection import CHECK_FIELDS, POINTS, TESTS, validated


def blanks(**selection) -> dict[str, Blank]:
    return {p.field: p for p in question(validated(selection)) if isinstance(p, Blank)}


def test_the_sentence_has_words_for_every_test_and_point():
    assert set(CLAUSES) == set(HINTS) == set(TESTS)
    assert set(PLACES) == set(PLACE_HINTS) == set(POINTS)
    assert set(CHECK_FIELDS) >= SAID


@pytest.mark.parametrize("test", TESTS)
def test_every_choice_stands_in_the_sentence_once_and_can_be_read(test):
    for field, blank in blanks(test=test).items():
        values = [value for value, _ in blank.options]
        words = [words for _, words in blank.options]
        assert len(set(values)) == len(values)
        assert len(set(words)) == len(words)
        assert blank.value in values
        assert all(CHECK_FIELDS[field].write(CHECK_FIELDS[field].read(v)) == v for v in values)


def test_what_applies_is_asked_and_nothing_else():
    assert "crowded" in blanks(test="cone")
    assert "order" not in blanks(test="cone")
    assert "order" in blanks(test="discover")
    assert "crowded" not in blanks(test="discover")


@pytest.mark.parametrize("router", CHECK_FIELDS["router"].options)
def test_no_dimension_is_offered_that_the_router_does_not_take(router):
    smallest = SCORES[router].smallest_dimension
    options = dict(blanks(router=router, dimension=smallest)["dimension"].options)
    assert list(options) == [str(d) for d in range(smallest, 4)]
    now = blanks(router=router, dimension=1)["dimension"]  # what is set is shown as it is
    assert dict(now.options).keys() == options.keys() | {"1"}
    assert now.value == "1"


def test_any_cells_may_be_crowded():
    cells = dict(blanks(test="cone", atoms=3)["crowded"].options)
    assert len(cells) == 2**3 - 1
    assert cells["1,3"] == "1 and 3"


def test_the_sentence_reads_as_one():
    values = validated({"router": "perturbed-cosine", "expert": "relu", "dimension": 2})
    assert question_words(values) == (
        "Is the second-order cone of perturbed cosine × softmax × ReLU for a regression in 2 "
        "dimensions with 2 true atoms and cell 1 crowded free of slow directions at generic "
        "points?"
    )


@pytest.mark.parametrize("test", TESTS)
@pytest.mark.parametrize("point", POINTS)
def test_what_is_asked_is_said_in_plain_words(test, point):
    hint = question_hint(validated({"test": test, "point": point}))
    assert set(re.findall(r"\(term:([\w-]+)\)", hint)) <= set(GLOSSARY)
    assert hint.endswith(".")
