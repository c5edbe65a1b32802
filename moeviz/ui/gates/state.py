"""What the page of gates remembers of a visit."""

from __future__ import annotations

from moeviz.ui.gates.link import GATES_PAGE
from moeviz.ui.shared.form import FormState

PICTURE = "gates.plane"
"""Key of the picture on the page."""

STATE = FormState(GATES_PAGE, PICTURE)
"""The state of the page's form."""
