"""What the page of information remembers of a visit."""

from __future__ import annotations

from moeviz.ui.information.link import INFORMATION
from moeviz.ui.shared.form import FormState

PICTURE = "information.plane"
"""Key of the picture on the page."""

STATE = FormState(INFORMATION, PICTURE)
"""The state of the page's form."""
