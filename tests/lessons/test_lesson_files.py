"""Lesson files: what is wrong is said with its line, all at once; nothing in a file is run."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from moeviz.lessons import LESSONS
from moeviz.lessons.faults import LessonError
from moeviz.lessons.lesson import Lesson
from moeviz.lessons.notes import notes_folder, notes_of
from moeviz.lessons.pictures import atoms_of, gates_of
from moeviz.lessons.reader import looked_up, notes, read_lesson, words_of
from moeviz.lessons.shelf import FOLDER, name_of, shelf, shipped_folder
from moeviz.lessons.words import PAGES
from tests.lessons.hostile import mutated

FILES = sorted(shipped_folder().glob("*.md"))
TEXTS = [path.read_text("utf-8") for path in FILES]

SOUND = """+++
title = "Is it sound?"
minutes = 5

[facts.all]
study = "cosine-exact"
router = "cosine"
loss = "L3"
gauge = "offset"
+++

## Look {#look}

```run
study = "cosine-exact"
curves = ["all"]
```

From {all.from} samples on.

## Ask {#ask}

```predict
question = "How steep?"
slope = "all.slope"
```

## Told {#told}

```reveal
right = "Yes, {guess}."
wrong = "No: {all.slope}."
measured = "{all.slope}"
```
"""


def faults(text: str) -> list[tuple[int, str]]:
    with pytest.raises(LessonError) as caught:
        read_lesson(text, "mine")
    return [(fault.line, fault.reason) for fault in caught.value.faults]


def test_a_sound_file_is_a_lesson_whose_steps_say_what_they_are():
    lesson = read_lesson(SOUND, "mine")
    assert [(step.id, step.kind) for step in lesson.steps] == [
        ("look", "run"),
        ("ask", "predict"),
        ("told", "reveal"),
    ]
    assert lesson.step("ask").question.kind == "slope"
    assert lesson.open_until({}) == 2
    assert lesson.open_until({"ask": "-0.5"}) == 3
    assert read_lesson(lesson.text, "mine") == lesson
    assert notes(lesson, looked_up(lesson)) == []


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("minutes = 5", "minutes = 500", 3, "minutes to be a number from 1 to 60"),
        ("minutes = 5", "hours = 5", 3, "got 'hours'"),
        ('title = "Is', "title = Is", 2, "Expected fields such as"),
        ('"cosine-exact"\nrouter', '"cosine-exakt"\nrouter', 5, "study to be one of"),
        ("## Ask {#ask}", "## Ask {#look}", 21, "comes twice"),
        ("## Ask {#ask}", "### Ask", 21, "two signs"),
        ("```predict", "```predikt", 23, "got 'predikt'"),
        ('"all.slope"\n```', '"all.slop"\n```', 25, "got 'all.slop'"),
        ("From {all.from}", "From {all.slope}", 12, "which asks for it"),
        ("From {all.from}", "From {all.frm}", 19, "{all.frm}"),
        ("From {all.from}", "<b>From</b> {all.from}", 19, "without HTML"),
        ("From {all.from}", "![x](y) {all.from}", 19, "without pictures"),
        ("From {all.from}", "[x](https://example.org)", 19, "no address elsewhere"),
        ("From {all.from}", "[x](elsewhere)", 19, "a page of this app"),
        ("From {all.from}", "From {all.from} {x y}", 19, "in braces"),
        ('curves = ["all"]', 'curves = ["none"]', 16, "not 'none'"),
        ("## Told {#told}", "## Told {#Told}", 28, "small letters"),
        ('right = "Yes, {guess}."', "right = 3", 31, "a text in quotes"),
        ("```reveal", "```if", 30, "when"),
    ],
)
def test_each_fault_is_told_with_its_line(old, new, line, said):
    assert old in SOUND
    found = faults(SOUND.replace(old, new, 1))
    assert any(said in reason for _, reason in found), found
    assert min(abs(number - line) for number, reason in found if said in reason) <= 1, found


def test_all_faults_are_told_at_once():
    text = SOUND.replace("minutes = 5", "minutes = 0").replace('slope = "all', 'slope = "al')
    text = text.replace("From {all.from}", "<i>From</i>")
    assert len({line for line, _ in faults(text)}) >= 3


@pytest.mark.parametrize(
    "text",
    ["", "+++", "+++\n+++", "\x00" * 50, "x" * 70_000, "\n" * 5000, "## A\n" * 400, b"\xff\xfe"],
)
def test_what_is_no_file_of_a_lesson_is_refused_in_sentences(text):
    with pytest.raises(LessonError, match="Expected"):
        read_lesson(text, "mine")


def test_two_hundred_broken_files_give_sentences_and_run_nothing():
    before, began = set(sys.modules), time.monotonic()
    refused = 0
    for text in mutated([*TEXTS, SOUND], 200, seed=20):
        try:
            lesson = read_lesson(text, "mine")
        except LessonError as error:
            refused += 1
            for fault in error.faults:
                assert 1 <= fault.line <= 2000
                assert fault.reason.startswith(("Expected", "This")), fault
                assert fault.reason.isprintable(), fault
                assert len(fault.reason) < 600
        else:
            assert isinstance(lesson, Lesson)
            for words in (words for step in lesson.steps for words in words_of(step)):
                assert not any(part in words for part in ("<script", "<img", "![", "://"))
    assert refused > 100
    assert time.monotonic() - began < 60
    assert not [name for name in set(sys.modules) - before if name.startswith("distributed")]


def test_a_folder_adds_lessons_and_tells_of_files_that_are_none(tmp_path, monkeypatch):
    (tmp_path / "01-mine.md").write_text(SOUND, "utf-8")
    (tmp_path / "02-broken.md").write_text("no lesson", "utf-8")
    (tmp_path / "gate.md").write_text(SOUND, "utf-8")
    monkeypatch.setenv(FOLDER, str(tmp_path))
    found = shelf()
    assert found.lessons["mine"].title == "Is it sound?"
    assert "a name of its own" in str(found.broken["gate.md"])
    assert "the header first" in str(found.broken["02-broken.md"])
    assert "mine" in LESSONS
    monkeypatch.setenv(FOLDER, str(tmp_path / "none"))
    assert set(LESSONS) == set(map(name_of, (path.name for path in FILES)))


def test_every_step_that_ships_has_its_notes_for_teachers(tmp_path, monkeypatch):
    docs = Path(__file__).parents[2] / "docs" / "teaching"
    for name, lesson in LESSONS.items():
        found = notes_of(name)
        assert set(found) == {"", *(step.id for step in lesson.steps)}, name
        assert all(found.values())
        written = (notes_folder() / f"{name}.md").read_text("utf-8")
        assert (docs / f"{name}.md").read_text("utf-8") == written
        assert not any(note in words for words in map(str, lesson.steps) for note in found.values())
    (tmp_path / "mine.notes.md").write_text("# Mine\n\n## look\n\nAsk.\n", "utf-8")
    monkeypatch.setenv(FOLDER, str(tmp_path))
    assert notes_of("mine") == {"": "", "look": "Ask."}
    assert "mine.notes.md" not in shelf().broken
    assert notes_of("../../etc/passwd") == notes_of("none") == {}


def test_pictures_of_lessons_are_read_as_their_pages_read_them():
    """A lesson's floor cannot ask the pages; both must mean the same by a link."""
    from urllib.parse import parse_qsl

    from moeviz.ui.cells.link import CELLS_PAGE
    from moeviz.ui.cells.link import setup_of as cells_setup
    from moeviz.ui.gates.link import GATES_PAGE
    from moeviz.ui.gates.link import setup_of as gates_setup

    gates = "left=linear&right=perturbed-cosine&right_gate=sigmoid&experts=3&beta=2.7,0.75&tau1=0.7"
    theirs = gates_setup(GATES_PAGE.read(dict(parse_qsl(gates))))
    ours = gates_of(gates)
    for name in ("models", "vectors", "start", "offsets", "x", "shift", "view"):
        assert getattr(ours, name) == getattr(theirs, name), name
    assert all(theirs.constants[name] == value for name, value in ours.constants.items())
    cells = "atoms=softmax&loss=L2&second=L3&third=mass&active=2"
    assert atoms_of(cells) == cells_setup(CELLS_PAGE.read(dict(parse_qsl(cells))))


def test_the_pages_that_a_lesson_may_lead_to_are_the_apps():
    from moeviz.ui.shared.navigation import ADDRESSES

    assert set(PAGES) - {""} <= set(ADDRESSES.values())


def test_a_check_for_a_number_says_how_far_is_near_and_what_is_said_then():
    text = (
        f"{SOUND}\n## More {{#more}}\n\n```check\n"
        'question = "How many sizes?"\nnumber = "all.sizes"\nlow = 1\nhigh = 10\nstep = 1\n'
        'near = 2\nright = "Yes."\nwrong = "No."\nnearly = "Nearly."\n```\n'
    )
    (check,) = read_lesson(text, "mine").step("more").blocks
    assert (check.question.near, check.near) == (2.0, "Nearly.")


def test_a_curve_that_is_not_there_is_refused_with_what_the_others_are_called():
    lesson = read_lesson(SOUND.replace('router = "cosine"', 'router = "cosin"'), "mine")
    with pytest.raises(LessonError) as caught:
        looked_up(lesson)
    (fault,) = caught.value.faults
    assert fault.line == 5
    assert "cosine" in fault.reason.partition("there are: ")[2]


def test_what_a_broken_source_takes_with_it_is_told_in_its_place():
    text = SOUND.replace('"cosine-exact"\nrouter', '"cosine-exakt"\nrouter')
    said = " ".join(reason for _, reason in faults(text))
    assert "got 'slope'" not in said
    assert "slope to name a fact" in said


def test_the_lesson_that_the_docs_begin_with_is_one():
    docs = (Path(__file__).parents[2] / "docs" / "lessons.md").read_text("utf-8")
    text = docs.partition("````markdown\n")[2].partition("````")[0]
    lesson = read_lesson(text, "mine")
    assert notes(lesson, looked_up(lesson)) == []
    assert [step.kind for step in lesson.steps] == ["look", "predict", "reveal", "run", "text"]
