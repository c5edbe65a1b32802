"""What the checker's page remembers of a visit."""

from __future__ import annotations

from moeviz.ui.checker.link import CHECKER
from moeviz.ui.shared.form import FormState

STATE = FormState(CHECKER, "mode")
"""The state of the page's form."""
