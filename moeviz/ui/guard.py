"""From errors of the lower floors to one sentence on the page."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import streamlit as st

from moeviz.errors import MoevizError

_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:&])")


def plain(text: str) -> str:
    """Return `text` on one line that markdown shows letter by letter; for words a user typed."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


@contextmanager
def guard(way_out: Callable[[], None] | None = None) -> Iterator[None]:
    """Turn an error that moeviz raised on purpose into one sentence, and stop the page there.

    Any other exception passes: it is a defect, and should look like one.

    Parameters
    ----------
    way_out : callable, optional
        What a button below the sentence does; without it the sentence itself must say what to do.
    """
    try:
        yield
    except MoevizError as error:
        st.error(plain(str(error)))
        if way_out is not None:
            st.button("Start again", on_click=way_out)
        st.stop()
