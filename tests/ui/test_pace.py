"""The more visitors watch, the less often each page asks; together they ask a bounded amount."""

from __future__ import annotations

import pytest

from moeviz.ui.lab import study
from moeviz.ui.shared.pace import LEAST_SECONDS, MOST_A_SECOND, Pace
from tests.ui.still import SPEC, snapshot, visit


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize("visitors", [1, 2, 6, 7, 20, 40, 200])
def test_all_together_ask_a_bounded_amount(visitors):
    asked = Pace(Clock())
    for _ in range(3):
        seconds = [asked.seconds(f"visitor {n}") for n in range(visitors)]
    assert sum(1 / each for each in seconds) <= max(MOST_A_SECOND, 1 / LEAST_SECONDS)
    assert min(seconds) >= LEAST_SECONDS


def test_who_is_alone_asks_as_often_as_may_be():
    assert Pace(Clock()).seconds("one") == LEAST_SECONDS


def test_who_has_left_counts_no_longer():
    clock = Clock()
    asked = Pace(clock)
    for n in range(40):
        crowded = asked.seconds(f"visitor {n}")
    clock.now += 3 * crowded + 2.1
    assert crowded > LEAST_SECONDS
    assert asked.seconds("visitor 0") == LEAST_SECONDS


def test_a_page_among_many_asks_less_often(still, monkeypatch, results):
    crowd = Pace()
    monkeypatch.setattr(study, "PACE", crowd)
    some = dict(list(results.items())[:2])
    still.jobs[SPEC.hash] = snapshot(SPEC, "running", some)
    wanted = []

    def fragment(shown, run_every):
        if shown is study._live:
            wanted.append(run_every)
        return shown

    monkeypatch.setattr(study.st, "fragment", fragment)
    visit(job=SPEC.hash)
    for n in range(30):
        crowd.seconds(f"visitor {n}")
    assert not visit(job=SPEC.hash).exception
    assert wanted[0] == LEAST_SECONDS
    assert wanted[-1] == LEAST_SECONDS * 8
