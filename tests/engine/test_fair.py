"""Whose turn it is, over visitors and their jobs."""

from __future__ import annotations

import itertools
import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moeviz.engine.fair import FairOrder, Turns

LENGTHS = st.lists(
    st.floats(0.01, 30.0, allow_nan=False), min_size=2, max_size=6
)  # of one's blocks


def served(order: FairOrder, wishes: dict[str, set[str]], seconds: float = 1.0) -> tuple[str, str]:
    visitor, job = order.order(wishes)[0]
    order.charge(visitor, job, seconds)
    return visitor, job


@given(st.integers(2, 6), st.integers(1, 40), st.randoms(use_true_random=False))
def test_nobody_is_passed_over_while_another_has_two(
    visitors: int, rounds: int, rng: random.Random
):
    order = FairOrder()
    wishes = {
        f"{visitor}{job}": {f"v{visitor}"}
        for visitor in range(visitors)
        for job in range(rng.randint(1, 4))
    }
    turns = [served(order, wishes)[0] for _ in range(rounds * visitors)]
    for visitor in {name for names in wishes.values() for name in names}:
        places = [-1, *(i for i, name in enumerate(turns) if name == visitor), len(turns)]
        for before, after in itertools.pairwise(places):
            between = Counter(turns[before + 1 : after])
            assert max(between.values(), default=0) <= 1, turns


@given(st.integers(1, 5), st.integers(1, 30))
def test_a_visitors_jobs_take_turns_as_visitors_do(jobs: int, rounds: int):
    order = FairOrder()
    wishes = {f"j{n}": {"v"} for n in range(jobs)} | {"other": {"w"}}
    turns = [served(order, wishes) for _ in range(2 * rounds * jobs)]
    mine = [job for visitor, job in turns if visitor == "v"]
    assert Counter(mine) == {f"j{n}": rounds for n in range(jobs)}
    assert all(len(set(mine[at : at + jobs])) == jobs for at in range(0, len(mine), jobs))


@given(LENGTHS, st.integers(20, 200))
def test_whoever_always_has_something_to_do_gets_the_same_time(lengths: list[float], turns: int):
    order = FairOrder()
    wishes = {f"j{n}": {f"v{n}"} for n in range(len(lengths))}
    got = Counter(dict.fromkeys(wishes, 0.0))
    for _ in range(turns):
        visitor, job = order.order(wishes)[0]
        seconds = lengths[int(job[1:])]
        order.charge(visitor, job, seconds)
        got[job] += seconds
    assert max(got.values()) - min(got.values()) <= max(lengths) * (1 + 1e-9)


@given(LENGTHS, st.integers(20, 200), st.randoms(use_true_random=False))
def test_what_a_turn_took_is_what_counts(lengths: list[float], turns: int, rng: random.Random):
    order = FairOrder()
    wishes = {f"j{n}": {f"v{n}"} for n in range(len(lengths))}
    got = Counter(dict.fromkeys(wishes, 0.0))
    for _ in range(turns):
        visitor, job = order.order(wishes)[0]
        turn = order.charge(visitor, job, rng.uniform(0.1, 10.0))
        order.correct(turn, lengths[int(job[1:])])
        got[job] += lengths[int(job[1:])]
    assert max(got.values()) - min(got.values()) <= max(lengths) * (1 + 1e-6)


@given(st.lists(st.integers(0, 3), min_size=1, max_size=60))
def test_a_newcomer_is_next_and_no_better_off_than_the_rest_after_that(turns: list[int]):
    order = FairOrder()
    wishes = {f"j{n}": {f"v{n}"} for n in range(4)}
    for n in turns:  # as if these alone had been ready
        served(order, {f"j{n}": {f"v{n}"}})
    for _ in range(8):
        served(order, wishes)
    wishes["new"] = {"n"}
    assert served(order, wishes) == ("n", "new")
    assert Counter(served(order, wishes)[0] for _ in range(4))["n"] == 0
    assert Counter(served(order, wishes)[0] for _ in range(50))["n"] == 10


def test_a_new_job_of_a_visitor_is_their_next():
    order = FairOrder()
    wishes = {"old": {"v"}, "other": {"w"}}
    for _ in range(20):
        served(order, wishes)
    wishes["new"] = {"v"}
    assert "new" in [served(order, wishes)[1] for _ in range(2)]


def test_time_that_was_not_asked_for_is_not_made_up_for():
    order = FairOrder()
    both = {"a": {"v"}, "b": {"w"}}
    served(order, both), served(order, both)
    for _ in range(100):
        served(order, {"a": {"v"}})
    turns = [served(order, both)[0] for _ in range(10)]
    assert Counter(turns) == {"v": 5, "w": 5}


def test_who_leaves_and_comes_back_at_once_gains_nothing():
    order = FairOrder()
    turns = []
    for n in range(40):
        visitor, _ = served(order, {"a": {"v"}, f"b{n}": {"w"}})
        turns.append(visitor)
        order.order({"a": {"v"}})  # a cancel, and then another
    assert Counter(turns) == {"v": 20, "w": 20}


def test_a_job_of_several_counts_for_whoever_is_due():
    order = FairOrder()
    wishes = {"shared": {"a", "b"}, "own": {"c"}}
    turns = Counter(served(order, wishes)[1] for _ in range(30))
    assert turns == {"shared": 20, "own": 10}
    wishes["shared"] = {"b"}  # one of them left
    turns = Counter(served(order, wishes)[1] for _ in range(30))
    assert turns == {"shared": 15, "own": 15}


def test_a_job_that_nobody_is_known_to_want_has_its_turn():
    order = FairOrder()
    turns = Counter(served(order, {"a": set(), "b": set(), "c": {"v"}})[1] for _ in range(40))
    assert turns == {"a": 10, "b": 10, "c": 20}


def test_nothing_is_remembered_of_those_who_are_gone():
    turns: Turns[str] = Turns()
    for n in range(1000):
        turns.order([f"v{n}", "always"])
        turns.charge(f"v{n}", 0.5)
        turns.order(["always"])
        turns.charge("always", 0.5)
    assert len(turns.known) < 10
    assert turns.order([]) == []


@pytest.mark.parametrize("seconds", [0.0, 1e-9])
def test_blocks_that_take_no_time_take_turns_too(seconds: float):
    order = FairOrder()
    wishes = {"a": {"v"}, "b": {"w"}}
    assert Counter(served(order, wishes, seconds)[0] for _ in range(20)) == {"v": 10, "w": 10}
