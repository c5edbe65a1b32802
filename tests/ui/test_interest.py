"""Who shares a job, and when cancelling ends it."""

from __future__ import annotations

import pytest

from moeviz.engine import EngineError, UnknownJobError
from moeviz.engine.errors import LostStoreError, unreachable
from moeviz.ui.shared.interest import MOST_JOBS, Interest

JOB, OTHER = "0" * 16, "1" * 16
ANNA, BERT, CARL = "a" * 16, "b" * 16, "c" * 16
"""Persons; a page's name goes on after theirs."""


class Place:
    """Where wishes are kept, and which jobs were cancelled."""

    def __init__(self) -> None:
        self.wishes: dict[str, set[str]] = {}
        self.cancelled: list[str] = []
        self.remembered: list[tuple[str, str]] = []
        self.interest = Interest(self.withdraw, self.wished_by)

    def withdraw(self, job: str, who: str, keep: bool) -> bool:
        self.wishes[job].discard(who)
        if keep:
            self.remembered.append((job, who))
        if not self.wishes[job]:
            self.cancelled.append(job)
        return not self.wishes[job]

    def wished_by(self, job: str) -> set[str]:
        if job not in self.wishes:
            raise UnknownJobError("Expected a known job.")
        return set(self.wishes[job])

    def ask(self, job: str, page: str) -> None:
        with self.interest.asked(job, page):
            self.wishes.setdefault(job, set()).add(page[:16])


@pytest.fixture
def place() -> Place:
    return Place()


def test_who_is_alone_cancels(place):
    place.ask(JOB, f"{ANNA}1")
    place.ask(OTHER, f"{BERT}1")
    assert place.interest.withdraw(JOB, f"{ANNA}1")
    assert place.cancelled == [JOB]


def test_two_who_asked_share_and_the_last_one_cancels(place):
    place.ask(JOB, f"{ANNA}1")
    place.ask(JOB, f"{BERT}1")
    assert not place.interest.withdraw(JOB, f"{ANNA}1")
    assert place.cancelled == []
    assert place.interest.withdraw(JOB, f"{BERT}1")
    assert place.cancelled == [JOB]


def test_who_never_asked_cancels_nothing_whatever_they_send(place):
    place.ask(JOB, f"{ANNA}1")
    for everywhere in (True, False):
        assert not place.interest.withdraw(JOB, f"{CARL}1", everywhere)
        assert not place.interest.withdraw(JOB, "", everywhere)
        assert not place.interest.withdraw("f" * 16, f"{CARL}1", everywhere)
    assert place.cancelled == []
    assert place.wishes[JOB] == {ANNA}
    place.wishes[JOB].clear()  # One that nobody wants, such as the command line's.
    assert not place.interest.withdraw(JOB, f"{CARL}1", everywhere=True)
    assert place.cancelled == []


def test_who_reloads_or_has_another_tab_cancels_for_all_of_their_own_pages(place):
    place.ask(JOB, f"{ANNA}1")
    place.ask(JOB, f"{BERT}2")
    assert place.interest.wants(JOB, f"{ANNA}7"), "after a reload too"
    assert not place.interest.withdraw(JOB, f"{ANNA}7", everywhere=True)
    assert place.wishes[JOB] == {BERT}
    assert not place.interest.wants(JOB, f"{ANNA}1")
    assert place.remembered == [(JOB, ANNA)]


def test_a_page_that_turns_to_something_else_leaves_the_other_tab_alone(place):
    place.ask(JOB, f"{ANNA}1")
    place.ask(JOB, f"{ANNA}2")
    assert not place.interest.withdraw(JOB, f"{ANNA}1")
    assert place.wishes[JOB] == {ANNA}
    assert place.interest.withdraw(JOB, f"{ANNA}2")
    assert place.remembered == [], "what only followed a page is not listed"


def test_after_a_restart_a_wish_is_still_ones_own(place):
    place.ask(JOB, f"{ANNA}1")
    again = Interest(place.withdraw, place.wished_by)
    assert again.wants(JOB, f"{ANNA}2")
    assert not again.wants(JOB, f"{BERT}2")
    assert again.withdraw(JOB, f"{ANNA}2", everywhere=True)
    assert place.cancelled == [JOB]


def test_a_wish_that_was_refused_counts_for_nothing(place):
    place.ask(JOB, f"{ANNA}1")
    with pytest.raises(EngineError), place.interest.asked(JOB, f"{ANNA}2"):
        raise EngineError("Expected at most 8 jobs.")
    with pytest.raises(EngineError), place.interest.asked(JOB, f"{ANNA}1"):
        raise EngineError("Expected at most 8 jobs.")
    assert place.interest._pages == {JOB: {f"{ANNA}1"}}, "what it asked for before it still does"


def test_jobs_that_nobody_takes_back_are_forgotten_in_the_end(place):
    for number in range(MOST_JOBS + 5):
        place.ask(f"{number:016x}", f"{ANNA}1")
    assert len(place.interest._pages) == MOST_JOBS
    assert place.interest.withdraw(f"{0:016x}", f"{ANNA}1"), "the wish itself is in the store"


def test_a_job_that_is_gone_is_wanted_by_nobody(place):
    assert place.interest.persons(JOB) == set()
    assert not place.interest.wants(JOB, f"{ANNA}1")


def test_forty_who_look_read_the_store_once_and_who_asks_is_known_at_once(place, monkeypatch):
    reads: list[str] = []
    wished_by = place.wished_by
    interest = Interest(place.withdraw, lambda job: (reads.append(job), wished_by(job))[1])
    place.interest = interest
    place.ask(JOB, f"{ANNA}1")
    assert [interest.wants(JOB, f"{who:016x}1") for who in range(40)] == [False] * 40
    assert interest.wants(JOB, f"{ANNA}1")
    assert reads == [JOB]
    place.ask(JOB, f"{BERT}1")
    assert interest.wants(JOB, f"{BERT}1")
    assert not interest.withdraw(JOB, f"{BERT}1", everywhere=True)
    assert not interest.wants(JOB, f"{BERT}1")
    monkeypatch.setattr("moeviz.ui.shared.interest.READ_SECONDS", 0.0)
    place.wishes[JOB] = {CARL}  # by another process
    assert interest.wants(JOB, f"{CARL}1")


def test_where_the_store_does_not_answer_who_is_known_to_want_it_does(place, monkeypatch):
    monkeypatch.setattr("moeviz.ui.shared.interest.READ_SECONDS", 0.0)
    place.ask(JOB, f"{ANNA}1")
    place.wishes[JOB].add(CARL)  # in another process
    assert place.interest.wants(JOB, f"{CARL}1")
    place.ask(JOB, f"{BERT}1")

    def silent(*_: object) -> None:
        raise unreachable("there")

    with monkeypatch.context() as patch:
        patch.setattr(place.interest, "_wished_by", silent)
        for who, wants in ((ANNA, True), (BERT, True), ("d" * 16, False)):
            assert place.interest.wants(JOB, f"{who}1") is wants
            with pytest.raises(LostStoreError, match="nothing was changed"):
                place.interest.withdraw(JOB, f"{who}1", everywhere=True)
    assert place.wishes[JOB] == {ANNA, BERT, CARL}
    assert not place.interest.withdraw(JOB, f"{BERT}1"), "it is as it was, and goes on for others"
    assert place.wishes[JOB] == {ANNA, CARL}
