"""A small plot that is walked along: a slider or the pointer moves through it, step by step."""

from __future__ import annotations

from moeviz.charts.walks import Walk
from moeviz.text import json_text
from moeviz.ui.shared.component import declared

_walk = declared(__file__, '<figure class="moeviz-walk"></figure>')


def walk(found: Walk, *, key: str) -> None:
    """Show a walk; the browser moves through it by itself.

    Parameters
    ----------
    found : Walk
        Its curves, and what is to be said at each step.
    key : str
        Identity of the plot on its page.
    """
    _walk(key=key, data={"walk": json_text(found.to_json(), compact=True)})
