"""What a reveal starts, once for all, and what it tells the room; the lecturer's page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from moeviz.rooms.hall import Hall
from moeviz.ui.room import reveal
from moeviz.ui.room.link import DESK
from moeviz.ui.room.opening import agenda_of
from moeviz.ui.shared import session
from tests.ui.still import FIELDS, SPEC, StillEngine, snapshot, told, visit

PAGE = "convergence?preset=cosine-exact&" + "&".join(f"{k}={v}" for k, v in FIELDS.items())


@pytest.fixture
def hall(still: StillEngine) -> Iterator[Hall]:
    reveal._started.clear()
    session.hall.clear()
    yield session.hall()
    session.hall.clear()


def test_a_reveal_runs_the_study_once_and_says_who_was_right_when_it_has_ended(
    hall: Hall, still: StillEngine, results: dict[str, Any]
):
    code, key = hall.lectern.open(agenda_of({"page": PAGE, "title": "Lab"}))
    act = hall.lectern.act
    act(code, key, "lead", 1)
    reveal.settle(hall.books.found(code))
    assert still.submitted == []
    act(code, key, "reveal", {"step": "slope"})
    for _ in range(3):
        reveal.settle(hall.books.found(code))
    assert [spec.hash for spec in still.submitted] == [SPEC.hash]
    state = hall.books.found(code).state
    assert (state.jobs, state.outcomes) == ({"slope": SPEC.hash}, {})

    reveal._started.clear()  # As after a restart: it goes on, and is told of the same job.
    reveal.settle(hall.books.found(code))
    assert [spec.hash for spec in still.submitted] == [SPEC.hash] * 2

    still.jobs[SPEC.hash] = snapshot(SPEC, "done", results)
    reveal.settle(hall.books.found(code))
    outcome = hall.books.found(code).state.outcomes["slope"]
    slope = snapshot(SPEC, "done", results).result().curves[0].slope
    assert outcome["value"] == slope.estimate
    assert outcome["low"] < slope.low < slope.high < outcome["high"]
    act(code, key, "undo")
    reveal.settle(hall.books.found(code))
    assert hall.books.found(code).state.jobs == {}


def test_a_run_that_stops_or_is_refused_is_told_in_words(
    hall: Hall, still: StillEngine, monkeypatch: pytest.MonkeyPatch
):
    code, key = hall.lectern.open(agenda_of({"page": PAGE, "title": "Lab"}))
    hall.lectern.act(code, key, "lead", 1)
    hall.lectern.act(code, key, "reveal")
    reveal.settle(hall.books.found(code))
    still.jobs[SPEC.hash] = replace(still.jobs[SPEC.hash], state="failed", message="It failed.")
    reveal.settle(hall.books.found(code))
    assert hall.books.found(code).state.outcomes == {"slope": {"words": "It failed."}}
    assert hall.books.view(code, lambda room: room.public(0))["together"]["right"] is None


def test_a_lesson_s_reveal_says_what_came_out_at_once(hall: Hall):
    code, key = hall.lectern.open(agenda_of({"lesson": "gauge"}))
    hall.lectern.act(code, key, "lead", 1)
    token, _ = hall.doors.join(code)
    hall.doors.answer(code, token, "predict", "right")
    hall.lectern.act(code, key, "reveal")
    reveal.settle(hall.books.found(code))
    seen = hall.books.view(code, lambda room: room.public(1))
    assert (seen["together"]["right"], seen["outcome"]["right"]) == (1, "right")
    assert "Measured" in seen["outcome"]["words"]


def test_the_lecturer_s_page_lists_lessons_and_reads_a_code(still: StillEngine):
    page = "pages/teach/room.py"
    assert told(visit(page), DESK)["code"] == ""
    assert "gauge" in dict(told(visit(page), DESK)["lessons"])
    assert told(visit(page, code="kwavtr"), DESK)["code"] == "KWAVTR"
    assert "letters of a room" in visit(page, code="KWAVT1").error[0].value
