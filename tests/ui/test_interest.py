"""Who shares a job, and when cancelling ends it."""

from __future__ import annotations

import threading

import pytest

from moeviz.engine import UnknownJobError
from moeviz.ui.shared.interest import GONE_AFTER, MOST_JOBS, Interest

JOB, OTHER = "0" * 16, "1" * 16


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def cancelled() -> list[str]:
    return []


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def interest(cancelled: list[str], clock: Clock) -> Interest:
    return Interest(cancelled.append, clock)


def test_who_is_alone_cancels(interest, cancelled):
    interest.want(JOB, "a")
    interest.want(OTHER, "b")
    assert interest.withdraw(JOB, "a")
    assert cancelled == [JOB]


def test_two_who_asked_share_and_the_last_one_cancels(interest, cancelled):
    interest.want(JOB, "a")
    interest.want(JOB, "b")
    assert not interest.withdraw(JOB, "a")
    assert cancelled == []
    assert interest.withdraw(JOB, "b")
    assert cancelled == [JOB]


def test_who_reloads_or_has_another_tab_cancels_for_all_of_their_own_pages(interest, cancelled):
    person, other = "0123456789abcdef", "fedcba9876543210"
    interest.want(JOB, f"{person}{'0' * 16}")
    with interest.watching(JOB, f"{person}{'1' * 16}"):
        interest.want(JOB, f"{other}{'2' * 16}")
        assert not interest.withdraw(JOB, f"{person}{'1' * 16}", everywhere=True)
        assert interest.wanted_by(JOB) == 1
        assert interest.withdraw(JOB, f"{other}{'2' * 16}", everywhere=True)
    assert cancelled == [JOB]


def test_a_page_that_turns_to_something_else_leaves_the_other_tab_alone(interest, cancelled):
    person = "0123456789abcdef"
    with interest.watching(JOB, f"{person}{'0' * 16}"):
        interest.want(JOB, f"{person}{'1' * 16}")
        assert not interest.withdraw(JOB, f"{person}{'1' * 16}")
    assert cancelled == []


def test_who_only_watches_wants_it_too(interest, cancelled):
    interest.want(JOB, "a")
    with interest.watching(JOB, "b"):
        assert not interest.withdraw(JOB, "a")
    assert interest.wanted_by(JOB) == 1
    assert cancelled == []


def test_ones_own_open_streams_do_not_keep_a_job(interest, cancelled):
    interest.want(JOB, "a")
    with interest.watching(JOB, "a"), interest.watching(JOB, "a"):
        assert interest.withdraw(JOB, "a")
        interest.seen(JOB, "a")
        assert interest.wanted_by(JOB) == 0
    assert cancelled == [JOB]


def test_who_asks_again_wants_it_again(interest):
    interest.want(JOB, "a")
    interest.withdraw(JOB, "a")
    interest.want(JOB, "a")
    assert interest.wanted_by(JOB) == 1


def test_who_has_left_counts_no_longer(interest, clock, cancelled):
    interest.want(JOB, "a")
    with interest.watching(JOB, "b"):
        clock.now = 10 * GONE_AFTER
        assert interest.wanted_by(JOB) == 1  # a stream that is open counts for ever
    clock.now += GONE_AFTER
    assert interest.wanted_by(JOB) == 1  # who reloads comes back in time
    clock.now += 1.0
    assert interest.wanted_by(JOB) == 0
    interest.want(JOB, "c")
    assert interest.withdraw(JOB, "c")
    assert cancelled == [JOB]


def test_a_sign_of_life_counts_as_long_as_an_open_stream_leaves_behind(interest, clock):
    interest.seen(JOB, "a")
    clock.now = GONE_AFTER
    interest.seen(JOB, "a")
    clock.now = 2 * GONE_AFTER
    assert interest.wanted_by(JOB) == 1


def test_who_does_not_say_who_they_are_does_not_count(interest):
    interest.seen(JOB, "")
    with interest.watching(JOB, ""):
        assert interest.wanted_by(JOB) == 0


def test_who_never_asked_may_cancel_what_nobody_wants(interest, cancelled):
    assert interest.withdraw(JOB, "a")
    assert cancelled == [JOB]


def test_those_who_left_are_forgotten(interest, clock):
    for n in range(50):
        interest.want(f"{n:016x}", "a")
    clock.now = GONE_AFTER + 1.0
    interest.want(JOB, "b")
    assert interest._jobs.keys() == {JOB}


def test_who_asks_while_another_cancels_comes_after_it(clock):
    """Or the job that somebody has just asked for would end."""
    order: list[str] = []
    cancelling, asked = threading.Event(), threading.Event()

    def cancel(job: str) -> None:
        cancelling.set()
        asked.wait(0.2)
        order.append("cancelled")

    interest = Interest(cancel, clock)
    interest.want(JOB, "a")
    leaving = threading.Thread(target=interest.withdraw, args=(JOB, "a"))
    leaving.start()
    cancelling.wait(5)
    interest.want(JOB, "b")
    order.append("asked")
    asked.set()
    leaving.join()
    assert order == ["cancelled", "asked"]
    assert interest.wanted_by(JOB) == 1


def test_a_page_that_was_loaded_again_no_longer_counts_against_cancelling(
    interest, cancelled, clock
):
    interest.want(JOB, "before")
    with interest.watching(JOB, "before"):
        pass
    with interest.watching(JOB, "after"):
        assert not interest.withdraw(JOB, "after"), "the page before may be another visitor's"
        interest.review(JOB)
        assert cancelled == []
        clock.now += GONE_AFTER + 1
        interest.review(JOB)
    assert cancelled == [JOB]
    interest.review(JOB)
    assert cancelled == [JOB]


def test_who_asks_again_is_not_left_without_the_job(interest, cancelled, clock):
    interest.want(JOB, "a")
    interest.want(JOB, "b")
    assert not interest.withdraw(JOB, "a")
    interest.want(JOB, "a")
    clock.now += GONE_AFTER + 1
    interest.review(JOB)
    assert cancelled == []


def test_a_job_that_is_gone_when_nobody_wants_it_is_no_error(clock, caplog):
    def gone(job: str) -> None:
        raise UnknownJobError("Expected a known job.")

    interest = Interest(gone, clock)
    interest.want(JOB, "a")
    interest.want(JOB, "b")
    assert not interest.withdraw(JOB, "a")
    clock.now += GONE_AFTER + 1
    with caplog.at_level("INFO", "moeviz.ui.shared.interest"):
        interest.review(JOB)
    assert "could not be cancelled" in caplog.text
    assert interest.wanted_by(JOB) == 0


def test_jobs_that_are_asked_about_once_are_forgotten(interest, clock):
    for number in range(MOST_JOBS + 1):
        interest.seen(f"{number:016x}", "a")
    clock.now += GONE_AFTER + 1
    interest.seen(JOB, "a")
    assert interest.wanted_by(f"{5:016x}") == 0
    assert len(interest._jobs) == 1


def test_whose_turns_a_job_has_is_told_when_somebody_leaves(cancelled, clock):
    told: list[tuple[str, set[str]]] = []
    interest = Interest(cancelled.append, clock, lambda job, who: told.append((job, set(who))))
    first, second, watcher = (digit * 32 for digit in "012")
    interest.want(JOB, first)
    interest.want(JOB, second)
    with interest.watching(JOB, watcher):
        assert not interest.withdraw(JOB, first)
        assert told == [(JOB, {second[:16], watcher[:16]})]
        assert not interest.withdraw(JOB, second)
        assert told[1:] == [(JOB, {watcher[:16]})]
    assert interest.withdraw(JOB, watcher)
    assert cancelled == [JOB]
    assert len(told) == 2


def test_a_wish_that_was_refused_counts_for_nothing(interest, cancelled):
    interest.want(JOB, "a")
    interest.refused(JOB, "a")
    assert interest.wanted_by(JOB) == 0
    interest.want(JOB, "b")
    assert interest.withdraw(JOB, "b")
    assert cancelled == [JOB]
