"""Progress in lessons, on every database: a person's own, limited, and gone when deleted."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from moeviz.engine import Store
from moeviz.engine.errors import StoreError
from moeviz.engine.progress import MOST_BYTES, MOST_LESSONS, Progress

ANNA, BERND = "a" * 16, "b" * 16


def test_what_was_done_in_lessons_is_kept_per_person_until_it_is_deleted(
    make_store: Callable[[], Store],
):
    kept = Progress(make_store())
    assert kept.load(ANNA, "gauge") is None
    assert kept.delete(ANNA) == 0
    kept.save(ANNA, "gauge", {"step": 1, "said": [0.1 + 0.2, "β\n'; --"]})
    kept.save(ANNA, "gauge", {"step": 2, "said": [0.1 + 0.2, "β\n'; --"]})
    kept.save(ANNA, "slow", None)
    kept.save(BERND, "gauge", {"step": 9})

    again = Progress(make_store())
    assert again.load(ANNA, "gauge") == {"step": 2, "said": [0.1 + 0.2, "β\n'; --"]}
    assert list(again.load_all(ANNA)) == ["slow", "gauge"]
    assert again.delete(ANNA, "slow") == 1
    assert list(again.load_all(ANNA)) == ["gauge"]
    assert again.delete(ANNA) == 1
    assert again.load_all(ANNA) == {}
    assert again.load(BERND, "gauge") == {"step": 9}


def test_too_much_of_a_lesson_too_many_lessons_and_no_name_are_refused(store: Store, monkeypatch):
    kept = Progress(store)
    most = "x" * (MOST_BYTES - 2)
    kept.save(ANNA, "gauge", most)
    with pytest.raises(StoreError, match=r"at most 16,384 bytes.* got 16,385"):
        kept.save(ANNA, "gauge", most + "x")
    assert kept.load(ANNA, "gauge") == most
    for person, lesson in (("", "gauge"), (ANNA, ""), (ANNA, "x" * 101), ("x" * 201, "gauge")):
        with pytest.raises(StoreError, match="names of a person and a lesson"):
            kept.save(person, lesson, {})
    monkeypatch.setattr("moeviz.engine.progress.MOST_LESSONS", 3)
    for number in range(2):
        kept.save(ANNA, f"lesson-{number}", number)
    with pytest.raises(StoreError, match="one more"):
        kept.save(ANNA, "another", {})
    kept.save(ANNA, "gauge", "again")
    assert len(kept.load_all(ANNA)) == 3 < MOST_LESSONS
