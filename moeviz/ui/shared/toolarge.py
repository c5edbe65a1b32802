"""A file that a browser does not send because it is too large: the page is told, and can say so.

Streamlit says it beside the file's name alone, where only a hovering hand finds it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from moeviz.ui.shared.component import declared

MEGABYTE = 1 << 20
"""Bytes of one, as Streamlit counts the size of files."""

_toolarge = declared(__file__, '<div class="moeviz-toolarge" hidden></div>')


def told_too_large(key: str, megabytes: int, on_large: Callable[[float], None]) -> None:
    """Have the page told of files that are too large; to be called right after the uploader.

    Parameters
    ----------
    key : str
        Identity on the page.
    megabytes : int
        The largest file that the uploader above sends.
    on_large : callable
        Called with the size in bytes, before the script runs again.
    """

    def tell() -> None:
        state = st.session_state.get(key)
        size = state.get("size") if isinstance(state, Mapping) else None
        # A browser may say anything.
        if isinstance(size, int | float) and size > megabytes * MEGABYTE:
            on_large(float(size))

    _toolarge(key=key, data={"most": megabytes * MEGABYTE}, on_size_change=tell)


def megabytes_of(size: float) -> str:
    """Return a file's size in words, as "10.5 MB".

    Parameters
    ----------
    size : float
        In bytes.
    """
    return f"{size / 1e6:,.1f} MB" if size < 1e12 else "more than 1,000,000 MB"
