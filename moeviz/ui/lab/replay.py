"""A player for finished studies: how points arrived, how atoms moved. The browser does it all."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

_HERE = Path(__file__).parent

_replay = st.components.v2.component(
    "moeviz.replay",
    html='<section class="moeviz-replay" aria-label="Replay of the study"></section>',
    css=(_HERE / "replay.css").read_text(encoding="utf-8"),
    js=(_HERE / "replay.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def replay(document: str, key: str) -> None:
    """Show the player of a study; later calls with the same `key` keep its place.

    Parameters
    ----------
    document : str
        What :func:`~moeviz.charts.replay.replay_document` returns, as JSON text.
    key : str
        Identity of the player on its page.
    """
    # A visitor who switches the theme makes no script run; the player sees it and asks for one.
    _replay(key=key, data={"document": document}, on_theme_change=_nothing)


def _nothing() -> None:
    """Do nothing: the script run that calls this is all that is wanted."""
