"""What the page of slow sequences remembers of a visit."""

from __future__ import annotations

from moeviz.ui.sequences.link import SEQUENCES_PAGE
from moeviz.ui.shared.form import FormState

PICTURE = "sequences.plane"
"""Key of the picture on the page."""

STATE = FormState(SEQUENCES_PAGE, PICTURE)
"""The state of the page's form."""
