"""Every lesson as a room: what asks is asked, what reveals is part of it, and somebody is right."""

from __future__ import annotations

import pytest

from moeviz.lessons.reader import looked_up
from moeviz.lessons.shelf import shipped
from moeviz.rooms.answers import is_right, read_answer
from moeviz.rooms.lesson_agenda import of_lesson
from moeviz.rooms.lesson_outcome import came_out, said_otherwise
from moeviz.rooms.state import KEPT_NUMBERS, OWN_NUMBERS, State, numbers_of
from moeviz.ui.room.reveal import run_of


@pytest.mark.parametrize("name", shipped())
def test_a_lesson_is_a_room_in_which_the_lesson_s_right_answer_is_right(name: str):
    lesson = shipped()[name]
    facts = looked_up(lesson)
    agenda = of_lesson(lesson, facts, {"": "Of all.", "predict": "Ask twice.", "reveal": "Wait."})
    asked = [step for step in agenda.steps if step.asks]
    assert [step.id for step in asked] == [step.id for step in lesson.asks]
    assert not {s.id for s in agenda.steps} & {s.id for s in lesson.steps if s.reveal}
    assert agenda.steps[0].notes == "Of all."
    assert agenda.step("predict").notes == "Ask twice.\n\nWait."
    assert all(step.notes for step in of_lesson(lesson, facts).steps if step.asks)
    for step in asked:
        outcome = came_out(lesson, step.id, facts)
        assert outcome["words"]
        right = read_answer(step, outcome.get("right", outcome.get("value")))
        assert is_right(right, outcome)
        said = lesson.step(step.id).verdict(right, facts)
        assert said == "right"
    assert came_out(lesson, lesson.steps[0].id, facts) is None
    live = {run.specification().hash for run in lesson.runs if run.live}
    assert {run_of(step.run).specification().hash for step in agenda.steps if step.run} == live


def test_a_room_says_which_numbers_are_of_its_run_and_which_are_kept():
    lesson = shipped()["slow"]
    facts = looked_up(lesson)
    assert said_otherwise(lesson, facts, facts) == []
    others = said_otherwise(lesson, facts, {**facts, "all.date": "2000-01-01"})
    assert others == ["next"]  # The last step alone says of which day the result is.
    state = State(outcomes={"predict": {"words": "−0.5", "others": others}})
    said = {step.id: numbers_of(state, step.id) for step in lesson.steps}
    assert said["predict"] == OWN_NUMBERS
    assert said["next"] == KEPT_NUMBERS
    assert said["check"] == said["look"] == ""
    assert {numbers_of(State(), step.id) for step in lesson.steps} == {""}
