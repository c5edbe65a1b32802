"""The border between patterns that fail and patterns that hold, on made-up answers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from moeviz.symbolic.catalogue.search.border import (
    PATIENCE,
    Border,
    Outcome,
    all_patterns,
    one_order,
    without,
)
from moeviz.symbolic.catalogue.search.pattern import (
    BOTH_ZERO,
    EQUAL,
    FIRST_ZERO,
    OPPOSITE,
    RELATIONS,
    SECOND_ZERO,
    Block,
    at,
    condition,
    is_special,
    pattern_of,
    relations_of,
    swapped,
    words,
)

ALL = tuple(RELATIONS)
BLOCKS = tuple(
    Block(name, word, group, ALL)
    for name, word, group in (
        ("beta1", "gate", "gate"),
        ("a", "slope", "expert"),
        ("b", "intercept", "expert"),
    )
)
PLACES = len(BLOCKS)
EVERY = all_patterns([ALL] * PLACES)


def orders(pattern, symmetric):
    return {pattern, swapped(pattern, PLACES)} if symmetric else {pattern}


def oracle(families, symmetric, asked):
    """Answer by a list of families that fail with all their special cases."""
    closed = {one for family in families for one in orders(family, symmetric)}

    def test(pattern):
        asked.append(pattern)
        fails = any(is_special(pattern, family) for family in closed)
        return (Outcome.FAILS if fails else Outcome.HOLDS), 0

    return test


def minimal(families, symmetric):
    """Return the families that are a special case of no other, in one order of the atoms."""
    return {
        min(orders(f, symmetric))
        for f in families
        if not any(
            is_special(one, g) and g not in orders(f, symmetric)
            for g in families
            for one in orders(f, symmetric)
        )
    }


@given(st.lists(st.sampled_from([int(p) for p in EVERY if p]), max_size=6), st.booleans())
def test_the_walk_finds_exactly_the_most_general_families(families, symmetric):
    patterns = one_order(EVERY, PLACES) if symmetric else EVERY
    asked = []
    border = Border(patterns, PLACES if symmetric else None)
    border.walk(oracle(families, symmetric, asked))
    assert border.unknown == 0
    assert {min(orders(p, symmetric)) for p in border.most_general(Outcome.FAILS)} == minimal(
        families, symmetric
    )
    assert len(asked) == len(set(asked)) < len(patterns)


@given(st.lists(st.sampled_from([int(p) for p in EVERY if p]), max_size=6), st.integers(1, 20))
def test_a_walk_that_is_cut_off_goes_on_where_it_was(families, steps):
    asked = []
    test = oracle(families, False, asked)
    first = Border(EVERY)
    first.walk(test, lambda: len(asked) >= steps)
    assert first.unknown > 0 or len(asked) < steps + 3
    second = Border(EVERY, None, first.tested)
    assert second.unknown == first.unknown
    second.walk(test)
    assert set(second.most_general(Outcome.FAILS)) == minimal(families, False)
    assert len(asked) == len(set(asked))


def test_a_larger_gauge_says_nothing_of_more_general_patterns():
    """A pattern that holds with a larger gauge answers for itself and for its own kind alone."""
    border = Border(EVERY)
    border.mark(0, (Outcome.HOLDS, 5))
    border.mark(at(0, EQUAL) | at(1, EQUAL) | at(2, OPPOSITE), (Outcome.HOLDS, 4))
    assert border.count(Outcome.HOLDS) == 2
    border.mark(at(0, EQUAL), (Outcome.HOLDS, 4))
    # In between lie the patterns with one of the two other relations, or with both.
    assert border.count(Outcome.HOLDS) == 5


def test_undecided_patterns_answer_for_nothing_else():
    border = Border(EVERY)
    border.mark(at(1, FIRST_ZERO), (Outcome.UNDECIDED, 0))
    assert border.count(Outcome.UNDECIDED) == 1
    assert border.unknown == len(EVERY) - 1


def test_special_cases_of_many_undecided_patterns_are_left_and_counted():
    asked = []

    def test(pattern):
        asked.append(pattern)
        undecided = is_special(pattern, at(1, FIRST_ZERO))
        return (Outcome.UNDECIDED if undecided else Outcome.HOLDS), 0

    border = Border(EVERY)
    border.walk(test)
    assert border.unknown == 0
    assert border.most_general(Outcome.UNDECIDED) == [at(1, FIRST_ZERO)]
    tried = sum(1 for outcome, _ in border.tested.values() if outcome is Outcome.UNDECIDED)
    assert tried == PATIENCE
    assert border.given_up == border.count(Outcome.UNDECIDED) - tried > 0


def test_patterns_of_two_atoms_are_counted_in_one_order():
    patterns = one_order(EVERY, PLACES)
    symmetric = sum(1 for p in EVERY if swapped(int(p), PLACES) == p)
    assert len(patterns) == (len(EVERY) + symmetric) / 2
    for pattern in map(int, EVERY):
        assert swapped(swapped(pattern, PLACES), PLACES) == pattern


def test_patterns_that_are_left_out_take_their_special_cases_along():
    same = at(1, EQUAL) | at(2, EQUAL)
    left = without(EVERY, [same])
    assert at(1, EQUAL) in left
    assert at(1, BOTH_ZERO) in left
    assert at(1, BOTH_ZERO) | at(2, EQUAL) not in left
    assert not np.isin(same, left)


@pytest.mark.parametrize("pattern", [int(p) for p in EVERY[::7]])
def test_a_pattern_is_read_back_from_its_words(pattern):
    relations = relations_of(pattern, BLOCKS)
    assert pattern_of(relations, "both sides of 0", BLOCKS) == pattern


@pytest.mark.parametrize(
    ("relations", "crowded", "named", "excluded"),
    [
        (
            (EQUAL, OPPOSITE, OPPOSITE),
            False,
            "two atoms with equal gates and opposite experts",
            "no two atoms with equal gates and opposite experts",
        ),
        ((0, FIRST_ZERO, 0), False, "an atom with zero slope", "no atom with zero slope"),
        ((0, SECOND_ZERO, 0), False, "an atom with zero slope", "no atom with zero slope"),
        (
            (0, SECOND_ZERO, 0),
            True,
            "another atom with zero slope",
            "no other atom with zero slope",
        ),
        (
            (0, FIRST_ZERO, 0),
            True,
            "a crowded atom with zero slope",
            "no crowded atom with zero slope",
        ),
        (
            (EQUAL, FIRST_ZERO, SECOND_ZERO),
            False,
            "two atoms with equal gates, one with zero slope, the other with zero intercept",
            "no two atoms with equal gates, one with zero slope, the other with zero intercept",
        ),
        (
            (0, BOTH_ZERO, BOTH_ZERO),
            False,
            "two atoms with zero experts",
            "no two atoms with zero experts",
        ),
    ],
)
def test_families_have_names_in_plain_words(relations, crowded, named, excluded):
    pattern = sum(at(place, r) for place, r in enumerate(relations))
    assert words(pattern, BLOCKS, crowded=crowded) == named
    assert condition(pattern, BLOCKS, crowded=crowded) == excluded


@pytest.mark.parametrize(
    ("word", "plural"),
    [
        ("slope", "equal slopes"),
        ("gate matrix", "equal gate matrices"),
        ("outer weight", "equal outer weights"),
        ("slope of class 2", "equal slopes of class 2"),
    ],
)
def test_blocks_have_a_plural(word, plural):
    blocks = (Block("p", word, "offset", ALL), *BLOCKS)
    assert words(at(0, EQUAL), blocks) == f"two atoms with {plural}"


def test_a_family_of_one_side_says_so():
    positive = at(PLACES, 1)
    assert words(positive, BLOCKS) == "only on x > 0: any two atoms"
    assert condition(positive, BLOCKS) == "inputs not only on x > 0"
    assert (
        condition(positive | at(0, EQUAL), BLOCKS)
        == "on x > 0 alone: no two atoms with equal gates"
    )
