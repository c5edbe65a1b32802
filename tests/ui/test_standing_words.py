"""What a job that waits, or shares the workers, is said to do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from moeviz.engine import Snapshot
from moeviz.engine.checks.check import Check, Checks
from moeviz.engine.dispatch import HUNG
from moeviz.engine.snapshot import AWAY, Standing
from moeviz.engine.studies.studies import Studies
from moeviz.ui.shared import news
from moeviz.ui.shared.words import check_sentence, progress_sentence

WAITING = Snapshot(
    job_id="0" * 16, state="waiting", done=0, total=10, fraction=0.0, seconds=0.0,
    seconds_left=None, message="Waiting for the workers.", spec=None, results={}, version=3,
    device="cpu", kind=Studies(),
)  # fmt: skip


@pytest.mark.parametrize(
    ("standing", "text"),
    [
        (None, "Waiting for a free worker: 0 of 10 parts done."),
        (Standing(0, 0, None), "Waiting for a free worker: 0 of 10 parts done; it is next."),
        (
            Standing(4, 0, 0.4),
            "Waiting for a free worker: 0 of 10 parts done; it is next and begins in a moment.",
        ),
        (
            Standing(4, 1, 7.2),
            "Waiting for a free worker: 0 of 10 parts done; 1 other job comes first, this one "
            "begins in about 7 s.",
        ),
        (
            Standing(4, 3, 43.0),
            "Waiting for a free worker: 0 of 10 parts done; 3 other jobs come first, this one "
            "begins in about 45 s.",
        ),
        (
            Standing(4, 3, 100.0),
            "Waiting for a free worker: 0 of 10 parts done; 3 other jobs come first, this one "
            "begins in about 2 min.",
        ),
    ],
)
def test_a_job_that_waits_says_how_many_come_first_and_how_long(
    standing: Standing | None, text: str
):
    waiting = replace(WAITING, standing=standing)
    assert progress_sentence(waiting) == text
    assert progress_sentence(replace(waiting, message=AWAY)) == f"{text} {AWAY}"


@pytest.mark.parametrize(
    ("others", "text"),
    [
        (0, "3 of 10 parts in 20 s, about 40 s left."),
        (1, "3 of 10 parts in 20 s, about 40 s left, beside 1 other job."),
        (5, "3 of 10 parts in 20 s, about 40 s left, beside 5 other jobs."),
    ],
)
def test_a_job_that_runs_says_with_how_many_it_shares(others: int, text: str):
    running = replace(
        WAITING, state="running", done=3, seconds=20.0, seconds_left=40.0, message="Computing.",
        standing=Standing(others, 0, 0.0),
    )  # fmt: skip
    assert progress_sentence(running) == text
    for said in (HUNG, AWAY):
        noted = replace(running, message=said)
        assert progress_sentence(noted) == f"{text} {said}"
        assert news.stamp(noted) != news.stamp(running), "who watches is told"


def test_a_check_that_waits_says_how_many_come_first():
    check = replace(WAITING, kind=Checks(), spec=Check({"claim": "x"}))
    assert check_sentence(check).endswith("takes some seconds to load.")
    behind = replace(check, standing=Standing(9, 4, 20.0))
    assert check_sentence(behind) == (
        "Waiting for a process that is free; 4 other checks come first."
    )


def test_a_job_that_waits_is_told_again_when_others_leave():
    before, after = (replace(WAITING, standing=Standing(n, n, None)) for n in (3, 2))
    assert news.stamp(before) != news.stamp(after)
    assert news.stamp(before) == news.stamp(replace(before))
