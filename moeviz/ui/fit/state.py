"""What the page of one fit remembers of a visit."""

from __future__ import annotations

from moeviz.ui.fit.link import FIT_PAGE, MODEL
from moeviz.ui.shared.form import FormState

PICTURE = "fit.plane"
"""Key of the picture on the page."""

STATE = FormState(FIT_PAGE, MODEL)
"""The state of the page's form."""
