"""What the page of cells remembers of a visit."""

from __future__ import annotations

from moeviz.ui.cells.link import CELLS_PAGE, FAMILY
from moeviz.ui.shared.form import FormState

PICTURE = "cells.plane"
"""Key of the picture on the page."""

STATE = FormState(CELLS_PAGE, FAMILY)
"""The state of the page's form."""
