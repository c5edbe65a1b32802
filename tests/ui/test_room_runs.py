"""What a reveal starts, once for all, and what it tells the room; the lecturer's page."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from moeviz.engine.errors import StoreError
from moeviz.lessons.kept_facts import facts_by, kept_facts
from moeviz.lessons.shelf import shipped
from moeviz.rooms.export import answers_csv
from moeviz.rooms.hall import Hall
from moeviz.rooms.lesson_agenda import of_lesson
from moeviz.rooms.lesson_outcome import came_out
from moeviz.rooms.numbers import OTHERS, OWN, STOPPED, WAITS
from moeviz.rooms.on_show import on_show
from moeviz.rooms.room import Room
from moeviz.ruler import NEAR_SLOPE
from moeviz.ui.room import reveal
from moeviz.ui.room.by_runs import run_of
from moeviz.ui.room.gallery import Gallery
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
    assert (outcome["low"], outcome["high"], outcome["near"]) == (slope.low, slope.high, NEAR_SLOPE)
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


def test_all_that_a_room_says_after_its_run_is_of_the_run_as_on_the_lesson_s_page(
    hall: Hall, still: StillEngine, results: dict[str, Any]
):
    lesson, gallery = shipped()["noise"], Gallery()
    agenda = agenda_of({"lesson": "noise"})
    small = [
        replace(step, run={**step.run, "values": FIELDS}) if step.run else step
        for step in agenda.steps
    ]
    code, key = hall.lectern.open(replace(agenda, steps=tuple(small)))
    act, phones = hall.lectern.act, [hall.doors.join(code)[0] for _ in range(6)]

    def now() -> tuple[dict[str, Any], Room]:
        while reveal.settle(hall.books.found(code)) | gallery.make(on_show(hall.books.found(code))):
            pass
        room = hall.books.found(code)
        return {**room.public(6), **gallery.told(on_show(room))}, room

    def answers_csv_now() -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(hall.books.view(code, answers_csv))))

    act(code, key, "lead", 1)
    hall.doors.answer(code, phones[0], "predict", -0.25)
    act(code, key, "reveal")
    kept, room = now()
    assert (kept["numbers"], room.state.runs) == (WAITS, {})
    assert kept["outcome"] == came_out(lesson, "predict", kept_facts(lesson))
    still.jobs[SPEC.hash] = snapshot(SPEC, "done", results)
    told, room = now()
    facts = facts_by(lesson, {run_of(small[1].run or {}): still.jobs[SPEC.hash]})
    live = {step.id: step for step in of_lesson(lesson, facts).steps}
    assert told["outcome"] == came_out(lesson, "predict", facts) != kept["outcome"]
    own = OWN.format(runs="study cosine-exact, truth number 1")
    assert told["numbers"] == own + OTHERS
    # Steps after it, before and after their answers, ``if`` blocks and pictures among them.
    for step in room.agenda.steps:
        assert (step.title, step.words, step.options) == (
            live[step.id].title, live[step.id].words, live[step.id].options
        )  # fmt: skip
    (at,) = [n for n, step in enumerate(agenda.steps) if step.id == "check"]
    act(code, key, "lead", at)
    orders = list(itertools.permutations([name for name, _ in agenda.steps[at].options]))
    for phone, order in zip(phones, orders, strict=True):
        hall.doors.answer(code, phone, "check", list(order))
    act(code, key, "reveal")
    told, room = now()
    assert told["outcome"] == came_out(lesson, "check", facts)
    question = lesson.step("check")
    right = [question.verdict(order, facts) == "right" for order in orders]
    assert told["together"]["right"] == (sum(right) if any(right) else None)
    assert told["numbers"] == own
    assert [each["words"] for each in told["shown"]] == ["Run in this room."]
    rows = {(row["step"], row["results_of"]) for row in answers_csv_now()}
    assert {words.split(",")[0] for _, words in rows} == {"study cosine-exact"}
    # Undone, the run is nobody's, and all is as it was before it.
    act(code, key, "undo")
    act(code, key, "undo")
    _, room = now()
    assert room.state.runs == {}
    assert [step.words for step in room.agenda.steps] == [step.words for step in agenda.steps]


def test_a_run_that_fails_leaves_the_kept_numbers_and_later_steps_say_so(
    hall: Hall, still: StillEngine
):
    agenda = agenda_of({"lesson": "noise"})
    code, key = hall.lectern.open(agenda)
    hall.lectern.act(code, key, "lead", 1)
    hall.lectern.act(code, key, "reveal")
    reveal.settle(hall.books.found(code))
    (job,) = still.jobs
    still.jobs[job] = replace(still.jobs[job], state="cancelled", message="It was ended.")
    reveal.settle(hall.books.found(code))
    room = hall.books.found(code)
    kept = came_out(shipped()["noise"], "predict", kept_facts(shipped()["noise"]))
    assert room.state.outcomes["predict"] == {
        **kept,
        "trouble": "It was ended. The kept result stays.",
    }
    assert room.agenda == agenda
    hall.lectern.act(code, key, "lead", 3)
    assert hall.books.found(code).public(0)["numbers"] == STOPPED


def test_what_a_room_alone_wanted_ends_with_it(hall: Hall, still: StillEngine):
    rooms = [hall.lectern.open(agenda_of({"page": PAGE, "title": "Lab"})) for _ in range(2)]
    for code, key in rooms:
        hall.lectern.act(code, key, "lead", 1)
        hall.lectern.act(code, key, "reveal")
        reveal.settle(hall.books.found(code))
    seen = []
    for code, key in rooms:
        hall.lectern.act(code, key, "end")
        for _ in range(2):
            assert not reveal.settle(hall.books.found(code))
        seen.append(list(still.cancelled))
    assert seen == [[], [SPEC.hash]]


def test_a_run_of_which_a_room_could_not_be_told_is_told_later(
    hall: Hall, still: StillEngine, monkeypatch: pytest.MonkeyPatch
):
    code, key = hall.lectern.open(agenda_of({"page": PAGE, "title": "Lab"}))
    hall.lectern.act(code, key, "lead", 1)
    hall.lectern.act(code, key, "reveal")

    def refused(*_: Any) -> None:
        raise StoreError("Expected a store that can be written to.")

    with monkeypatch.context() as full:
        full.setattr(hall.books, "write", refused)
        with pytest.raises(StoreError):
            reveal.settle(hall.books.found(code))
    reveal.settle(hall.books.found(code))
    assert hall.books.found(code).state.jobs == {"slope": SPEC.hash}


def test_the_lecturer_s_page_lists_lessons_and_reads_a_code(still: StillEngine):
    page = "pages/teach/room.py"
    assert told(visit(page), DESK)["code"] == ""
    assert "gauge" in dict(told(visit(page), DESK)["lessons"])
    assert told(visit(page, code="kwavtr"), DESK)["code"] == "KWAVTR"
    assert "letters of a room" in visit(page, code="KWAVT1").error[0].value
