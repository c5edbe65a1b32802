"""Links of lessons: which one, the step, what was said, and the truth of what was run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from moeviz.errors import SpecificationError
from moeviz.lessons.answers import LONGEST, answer_text
from moeviz.lessons.lesson import Lesson
from moeviz.lessons.runs import LAST_SEED
from moeviz.ui.lessons.here import lesson_here
from moeviz.ui.shared.link import Key, Page, Request, short
from moeviz.ui.shared.readers import unless

FORM = "lessons"
LESSON, STEP, SAID, SEED = "lesson", "step", "said", "seed"
SAID_ONCE = ("predict", "check")
"""How links of version 1 say answers; the steps that ask are called so."""

LONGEST_SAID = 2000
_LAST_STEP = 40
_ANSWER = re.compile(r"([a-z][a-z0-9-]{0,30}):([^;:]{1,%d})" % LONGEST)  # noqa: UP031


def _step(text: str) -> int:
    if text not in map(str, range(1, _LAST_STEP + 1)):
        raise SpecificationError(
            f"Expected {STEP} to be a step's number, from 1, but got '{short(text)}'; leave it out."
        )
    return int(text)


def _seed(text: str) -> int:
    if not re.fullmatch(r"[1-9][0-9]{0,3}", text):
        raise SpecificationError(
            f"Expected {SEED} to be a whole number from 1 to {LAST_SEED}, but got "
            f"'{short(text)}'; leave it out."
        )
    return int(text)


def _said(text: str) -> dict[str, str]:
    found = [_ANSWER.fullmatch(part) for part in text[: LONGEST_SAID + 1].split(";")]
    if len(text) > LONGEST_SAID or not all(found):
        raise SpecificationError(
            f"Expected {SAID} to be answers such as predict:both, but got '{short(text)}'; start "
            "again."
        )
    return {each[1]: each[2] for each in found if each is not None}


def _written(said: Mapping[str, str]) -> str | None:
    return ";".join(f"{name}:{answer}" for name, answer in said.items()) or None


def _migrate(version: int, texts: Mapping[str, str]) -> dict[str, str]:
    """Return the parameters of a link of version 1, which had one prediction and one check."""
    found = dict(texts)
    said = [f"{name}:{found.pop(name)}" for name in SAID_ONCE if name in found]
    return {**found, **({SAID: ";".join(said)} if said else {})}


LESSONS_PAGE = Page(
    name=FORM,
    version=2,
    keys=(
        Key(LESSON, lambda text: lesson_here(text).name, lambda name: name or None, ""),
        Key(STEP, _step, unless(1), 1),
        Key(SAID, _said, _written, {}),
        Key(SEED, _seed, lambda seed: None if seed is None else str(seed)),
    ),
    table={},
    form=lambda own: FORM,
    fields_of=lambda form: (),
    migrate=_migrate,
)
"""What the page's links may say."""


def request_of(lesson: str, **own: Any) -> Request:
    """Return what asks for the beginning of a lesson; of the list for no name.

    Parameters
    ----------
    lesson : str
    **own
        Of the page's keys, in place of those of a beginning.
    """
    request = LESSONS_PAGE.read({LESSON: lesson} if lesson else {})
    return Request({**request.own, SAID: {}, **own}, {})


def found(address: Mapping[str, str]) -> Request:
    """Return what an address asks for.

    Parameters
    ----------
    address : mapping of str to str

    Raises
    ------
    SpecificationError
        If there is no such lesson, step or answer, or a step is asked for that shows what came
        out before anything was predicted.
    """
    request = LESSONS_PAGE.read(address)
    own = request.own
    if not own[LESSON]:
        return request_of("")
    lesson, step = lesson_here(own[LESSON]), own[STEP]
    if step > len(lesson.steps):
        raise SpecificationError(
            f"Expected {STEP} to be at most {len(lesson.steps)}, but got {step}; leave it out."
        )
    said = {name: answer_text(lesson.step(name).answer(text)) for name, text in own[SAID].items()}
    own[SAID] = said
    _first(lesson, step, said)
    return request


def _first(lesson: Lesson, step: int, said: Mapping[str, str]) -> None:
    """Refuse what gives away what came out before it was predicted."""
    last = lesson.open_until(said)
    if step > last:
        raise SpecificationError(
            f"Expected a prediction before step {step}, which shows what came out, but the link "
            "has none; start again and predict first."
        )
    for number, each in enumerate(lesson.steps, start=1):
        if number > last and each.id in said:
            raise SpecificationError(
                "Expected a prediction before an answer to the check, but the link has none; "
                "start again and predict first."
            )
