"""Where in a lesson one is: the step's heading, and where the keyboard goes on from."""

from __future__ import annotations

from moeviz.lessons.lesson import Lesson
from moeviz.ui.lessons.link import STEP
from moeviz.ui.shared.component import declared
from moeviz.ui.shared.link import Request

PLACE = "lessons.place"
"""What the keys of containers begin with in which a press puts something else in its place."""

HERE = "lessons.said"
"""What the keys of containers begin with that hold what a press brought."""

ASKED = "lessons.asked"
"""What the keys of containers begin with that hold a question."""

_heading = declared(
    __file__,
    '<div class="lesson-step"><h2 tabindex="-1"></h2><progress max="1" aria-hidden="true">'
    "</progress></div>",
)


def show_heading(lesson: Lesson | None, request: Request) -> None:
    """Show which step is seen, and have each new one begin at its top, with the focus there.

    Parameters
    ----------
    lesson : Lesson or None
        None at the list of all, which has no steps.
    request : Request
    """
    if lesson is None:
        place, words, share = "", "", 0.0
    else:
        number, of = request.own[STEP], len(lesson.steps)
        place = f"{lesson.name}.{number}"
        words, share = f"{number} of {of}: {lesson.steps[number - 1].title}", number / of
    _heading(key="lessons.heading", data={"place": place, "words": words, "share": share})
