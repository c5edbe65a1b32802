"""By whose power a job was ended that others may have wanted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

By = Literal["visitors", "lecturer", "command"]
"""All who wanted it, a lecturer, or the command ``jobs cancel``."""

_KEPT = "what was finished is kept, and running it again computes the rest."

MESSAGES: Mapping[By, str] = {
    "visitors": f"Cancelled; {_KEPT}",
    "lecturer": f"The lecturer ended it, for all who wanted it; {_KEPT}",
    "command": f"A command on the server ended it, for all who wanted it; {_KEPT}",
}
"""What is said of a job that was ended so. The store keeps it, so that all can be told."""

_ENDED: Mapping[str, str] = {
    MESSAGES["lecturer"]: "Ended by the lecturer",
    MESSAGES["command"]: "Ended by a command on the server",
}


def ended_words(state: str, message: str | None) -> str:
    """Say in few words how a job came to its end.

    Parameters
    ----------
    state : str
    message : str or None
        What is said of the job.

    Returns
    -------
    str
        The state itself where nobody else than those who wanted it is behind it.
    """
    said = _ENDED.get(message or "") if state == "cancelled" else None
    return said or state.capitalize()
