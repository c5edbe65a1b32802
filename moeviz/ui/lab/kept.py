"""The full-size result that is kept of a preset, in place of a study of one's own."""

from __future__ import annotations

from moeviz.study import Preset
from moeviz.study.kept import KeptResult, kept_result
from moeviz.ui.lab.state import STATE


def shown_kept(preset: Preset) -> KeptResult | None:
    """Return the kept result where the visitor, or the link, asks for it.

    Parameters
    ----------
    preset : Preset
        The one chosen in the form.
    """
    return kept_result(preset.name) if STATE.own("kept") else None


def leave_kept() -> None:
    """Take a kept result off the screen, in the run that follows."""
    STATE.say("kept", False)
