"""The way to the claims that fail, for a phone: there the map of claims lies below all else."""

from __future__ import annotations

from moeviz.ui.checker.state import asked
from moeviz.ui.shared.claims import CLAIMS
from moeviz.ui.shared.component import declared

WORDS = "Which claims fail, and what repairs them?"

_way = declared(
    __file__, '<div class="moeviz-way" role="group" aria-label="Claims that fail"></div>'
)


def way_to_failing() -> None:
    """Show a button for each paper, which has the map show what fails in it; on a phone alone.

    There it also brings the screen back to the top when something else is asked.
    """
    _way(key="checker.way", data={"map": CLAIMS.path(), "words": WORDS, "asked": asked()})
