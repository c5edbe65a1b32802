"""Every lesson as a room: what asks is asked, what reveals is part of it, and somebody is right."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import permutations

import pytest

from moeviz.lessons.answers import said_of, with_guess
from moeviz.lessons.blocks import Block, Check, Reveal
from moeviz.lessons.kept_facts import kept_facts
from moeviz.lessons.reader import looked_up
from moeviz.lessons.shelf import shipped
from moeviz.rooms.answers import Content, read_answer
from moeviz.rooms.lesson_agenda import of_lesson
from moeviz.rooms.lesson_outcome import came_out
from moeviz.rooms.numbers import OTHERS, OWN, STOPPED, WAITS, numbers_of, reads
from moeviz.rooms.plain import without_links
from moeviz.rooms.state import State
from moeviz.rooms.step import Step
from moeviz.ruler import verdict
from moeviz.text import signed
from moeviz.ui.room.by_runs import run_of


def _judges(block: Block, there: str, step: str) -> bool:
    """Whether a block says of the answer to a step how near it came."""
    own = isinstance(block, Check) and there == step
    return own or (isinstance(block, Reveal) and block.of == step)


def _answers(step: Step) -> list[Content]:
    """All answers of a choice or an order, and a dozen of a range."""
    names = [name for name, _ in step.options]
    if step.kind == "order":
        return list(permutations(names))
    if names:
        return list(names)
    return [read_answer(step, step.low + at * (step.high - step.low) / 11) for at in range(12)]


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
        assert outcome["answer"].startswith("**Right:** ")
        right = read_answer(step, outcome.get("right", outcome.get("value")))
        assert verdict(right, outcome) == "right"
        # The phone's sentence is the lesson's, whatever somebody said.
        block = lesson.step(step.id).question
        asks = next(b for s in lesson.steps for b in s.blocks if _judges(b, s.id, step.id))
        for answer in _answers(step):
            came = verdict(answer, outcome)
            assert came == lesson.step(step.id).verdict(answer, facts)
            guess = str(with_guess(facts, block, answer)["guess"])
            said = outcome["says"][came].replace("{guess}", guess)
            assert without_links(said_of(asks, block, answer, facts)) == without_links(said)
    assert came_out(lesson, lesson.steps[0].id, facts) is None
    live = {run.specification().hash for run in lesson.runs if run.live}
    assert {run_of(step.run).specification().hash for step in agenda.steps if step.run} == live


def test_a_slope_is_drawn_beside_the_curve_that_the_lesson_s_page_knows_before():
    lesson = shipped()["slow"]
    facts = kept_facts(lesson)
    step = of_lesson(lesson, facts).step("predict")
    (known,) = step.known
    assert known["words"] == f"known {signed(facts['all.slope'])}"
    first, last = known["points"]
    assert first == [0.0, pytest.approx(math.log10(facts["all.first"] / facts["angle.first"]))]
    assert first[1] - last[1] == pytest.approx(math.log10(facts["all.times"]), abs=1e-5)
    assert Step.from_json(step.to_json()) == step
    assert step.public()["known"] == [known]


def test_a_room_says_of_which_run_the_results_of_each_step_are():
    lesson = shipped()["trust"]
    agenda = of_lesson(lesson, kept_facts(lesson))
    key = "study cosine-exact"
    (runs,) = [step for step in agenda.steps if step.run]
    speak = {step.id for step in agenda.steps if key in reads(step)}
    assert (runs.id, speak) == ("ask", {"ask"})

    def said(state: State) -> set[str]:
        return {numbers_of(state, agenda, step) for step in agenda.steps}

    job = {"job": "1", "words": f"{key}, truth 1"}
    started = State(ran=("ask",))
    assert said(State()) == said(started) == {""}
    assert said(replace(started, jobs={"ask": "1"})) == {"", WAITS}
    done = replace(started, jobs={"ask": "1"}, runs={key: job})
    assert said(done) == {"", OWN.format(runs=job["words"])}
    # At the step that ran stands why; at others that nothing came of it.
    other = replace(runs, id="other")
    with_other = agenda.with_step(other, 1)
    failed = replace(started, jobs={"ask": "1"}, outcomes={"ask": {"trouble": "Full."}})
    both = [numbers_of(failed, with_other, step) for step in (runs, other)]
    assert both == ["", STOPPED]
    more = replace(other, source={**(other.source or {}), "reads": [key, "check C1.d2"]})
    assert numbers_of(done, with_other, more).endswith(OTHERS)
