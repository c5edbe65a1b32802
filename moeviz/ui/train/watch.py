"""A comparison of sparse networks on the screen: tokens by expert, curves, a slider of steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from moeviz.charts.palette import THEMES
from moeviz.text import json_text
from moeviz.ui.shared.component import FOLLOWING_STYLE, declared, only_a_run

_HTML = """
<section class="moeviz-training moeviz-following" data-empty="true" aria-label="Picture"></section>
"""

_training = declared(str(Path(__file__).with_name("training.py")), _HTML, FOLLOWING_STYLE)

VIEW = ("left", "right", "layer", "seed", "domain", "step")
"""What a visitor looks at: methods by their lines, layer counted from 1, seed, domain, step."""

_TEXTS = ("left", "right")
_LONGEST = 300


def watch_training(
    *,
    key: str,
    job: str | None,
    screen: str | None,
    live: bool,
    source: str,
    view: Mapping[str, Any],
    on_view: Callable[[], None] | None,
    on_end: Callable[[], None],
    file_name: str,
    title: str,
    sentence: str = "",
    lent: str = "",
    compact: bool = False,
    chosen: Sequence[str] = (),
) -> None:
    """Show one comparison; later calls with the same `key` redraw it in place.

    Parameters
    ----------
    key : str
        Identity on the page.
    job : str or None
        The job whose stream is followed; None where none has been run.
    screen : str or None
        What :func:`~moeviz.charts.training.training_screen` returns, as JSON; None where nothing
        of it is there yet.
    live : bool
        Whether to follow the stream of `job`, which then brings newer screens.
    source : str
        The part of the address behind ``moeviz/training/`` at which tokens lie: ``tokens.json``
        (with ``?domain=`` where a task has several) and ``<block>.json``.
    view : mapping
        What is looked at, of :data:`VIEW`; what is left out has its default: the first two
        methods, the first layer and seed, and the newest step.
    on_view : callable or None
        Called before the script runs for a view that a hand has let go; :func:`viewed` says it.
    on_end : callable
        Called once when the stream has ended, before the script runs again.
    file_name : str
        Name of a saved picture, without ending.
    title : str
        Stands over a saved picture.
    sentence : str
        How a run ended that is not `live`; the stream of one that is brings its own.
    lent : str
        Says whose the picture is where that stands in place of one's own.
    compact : bool
        Whether to show the tokens and their sentence alone.
    chosen : sequence of str
        The methods whose curves are on at first, in the words of the screen; empty for those that
        the screen begins with.
    """
    _training(
        key=key,
        data={
            "job": job,
            # A text: Streamlit turns data into JSON several times over.
            "screen": screen,
            "live": live,
            "source": source,
            "view": json_text(
                {name: view[name] for name in VIEW if view.get(name) is not None}, compact=True
            ),
            "sends": on_view is not None,
            "fileName": file_name,
            "title": title,
            "sentence": sentence,
            "lent": lent,
            "compact": compact,
            "chosen": list(chosen),
            "grounds": {name: theme.ground for name, theme in THEMES.items()},
        },
        on_view_change=on_view or only_a_run,
        on_ended_change=on_end,
        # Whoever switches the theme needs another screen, which this makes the script draw.
        on_theme_change=only_a_run,
    )


def viewed(key: str) -> dict[str, str | int] | None:
    """Return what is looked at, of :data:`VIEW`, or None where nobody has chosen anything.

    Parameters
    ----------
    key : str
        Of the picture.
    """
    state = st.session_state.get(key)
    said = state.get("view") if isinstance(state, Mapping) else None
    if not isinstance(said, Mapping):
        return None
    found: dict[str, str | int] = {}
    for name in VIEW:
        value = said.get(name)
        # A browser may say anything.
        if name in _TEXTS and isinstance(value, str) and len(value) <= _LONGEST:
            found[name] = value
        elif name not in _TEXTS and isinstance(value, int) and abs(value) < 10**9:
            found[name] = int(value)
    return found
