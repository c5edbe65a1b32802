"""What the checker's page remembers of a visit."""

from __future__ import annotations

from moeviz.ui.checker.link import CHECKER
from moeviz.ui.shared.form import FormState

MAP = "checker.map"
"""Key of the map of claims, which is always on the page."""

STATE = FormState(CHECKER, MAP)
"""The state of the page's form."""
