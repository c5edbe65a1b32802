"""Tabs of which only the open one is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st


def open_tab(drawn: Mapping[str, Callable[[], None]], key: str) -> None:
    """Show tabs, and make the open one.

    Parameters
    ----------
    drawn : mapping of str to callable
        What makes each tab, by its title.
    key : str
        Key of the tabs; its value is the title of the open one.
    """
    names = list(drawn)
    for tab, name in zip(st.tabs(names, key=key, on_change="rerun"), names, strict=True):
        if tab.open:
            with tab:
                drawn[name]()
