"""Links of lessons: which one, the step, what was predicted, what was answered."""

from __future__ import annotations

from collections.abc import Mapping

from moeviz.errors import SpecificationError
from moeviz.lessons import LESSONS
from moeviz.lessons.answers import read_answer
from moeviz.ui.shared.link import Key, Page, Request, short
from moeviz.ui.shared.readers import one_of, unless

FORM = "lessons"
LESSON, STEP, PREDICT, CHECK = "lesson", "step", "predict", "check"

_FIRST = next(iter(LESSONS))
_LONGEST = 40


def _step(text: str) -> int:
    if text not in map(str, range(1, _LONGEST + 1)):
        raise SpecificationError(
            f"Expected {STEP} to be a step's number, from 1, but got '{short(text)}'; leave it out."
        )
    return int(text)


def _said(answer: object) -> str | None:
    return f"{answer:g}" if isinstance(answer, float) else None if answer is None else str(answer)


LESSONS_PAGE = Page(
    name=FORM,
    version=1,
    keys=(
        Key(LESSON, one_of(LESSON, LESSONS, "leave it out for the first one"), str, _FIRST),
        Key(STEP, _step, unless(1), 1),
        Key(PREDICT, str, _said),
        Key(CHECK, str, _said),
    ),
    table={},
    form=lambda own: FORM,
    fields_of=lambda form: (),
)
"""What the page's links may say."""


def request_of(lesson: str) -> Request:
    """Return what asks for the beginning of a lesson."""
    return LESSONS_PAGE.read({LESSON: lesson})


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
    lesson = LESSONS[own[LESSON]]
    step = own[STEP]
    if step > len(lesson.steps):
        raise SpecificationError(
            f"Expected {STEP} to be at most {len(lesson.steps)}, but got {step}; leave it out."
        )
    answers = {
        PREDICT: lesson.predicts[1].question,
        CHECK: lesson.checks[1].question,
    }
    for name, question in answers.items():
        if own[name] is not None:
            own[name] = read_answer(question, own[name])
    after = lesson.predicts[0]
    if own[PREDICT] is None and (step > after or own[CHECK] is not None):
        raise SpecificationError(
            f"Expected a prediction before {_shows(step, after)}, but the link has none; start "
            "again and predict first."
        )
    return request


def _shows(step: int, after: int) -> str:
    """Return what of a link gives away what came out."""
    return f"step {step}, which shows what came out" if step > after else "an answer to the check"
