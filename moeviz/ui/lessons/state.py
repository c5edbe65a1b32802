"""What the page of lessons remembers of a visit."""

from __future__ import annotations

from moeviz.ui.lessons.link import LESSONS_PAGE, found
from moeviz.ui.shared.form import FormState

AGAIN = "lessons.again"
"""Key of the button that starts a lesson again; it is always on the page."""

STATE = FormState(LESSONS_PAGE, AGAIN, find=found)
"""The state of the page."""
