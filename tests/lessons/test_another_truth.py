"""A lesson whose study was run with another truth, fits and all."""

from __future__ import annotations

import pytest

from moeviz.engine import Engine
from moeviz.lessons import LESSONS
from moeviz.lessons.filled import PLACE, filled
from moeviz.lessons.reader import looked_up, words_of
from moeviz.lessons.results import Beside
from moeviz.study.kept import KeptResult

MEASURED = ("slope", "low", "high", "first", "last", "times", "reach", "seed")


@pytest.mark.study
def test_every_number_of_a_lesson_follows_the_truth_that_was_run(tmp_path):
    lesson = LESSONS["slow"]
    (run,) = (run for run in lesson.runs if run.live)
    with Engine(store=tmp_path) as engine:
        result = engine.wait(engine.submit(run.specification(3))).result()
    kept = looked_up(lesson)
    now = looked_up(lesson, Beside({("study", run.name): KeptResult("today", "cpu", result)}))
    own = {name for name, made in lesson.facts.items() if getattr(made, "study", "") == run.name}
    shown = {
        found[1]
        for step in lesson.steps
        for words in words_of(step)
        for found in PLACE.finditer(words)
        if found[1].partition(".")[0] in own and found[1].partition(".")[2] in MEASURED
    }
    assert shown
    assert all(kept[name] != now[name] for name in shown)
    for words in (words for step in lesson.steps for words in words_of(step)):
        if {found[1] for found in PLACE.finditer(words)} & {"all.slope", "angle.low"}:
            told = {"guess": "", "answer": ""}
            assert filled(words, {**kept, **told}) != filled(words, {**now, **told})
