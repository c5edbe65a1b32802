"""What the page of attention remembers of a visit."""

from __future__ import annotations

from moeviz.ui.attention.link import ATTENTION_PAGE
from moeviz.ui.shared.form import FormState

PICTURE = "attention.plane"
"""Key of the picture on the page."""

STATE = FormState(ATTENTION_PAGE, PICTURE)
"""The state of the page's form."""
