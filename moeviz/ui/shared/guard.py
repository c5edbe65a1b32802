"""From errors of the lower floors to one sentence on the page."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import streamlit as st
from streamlit.errors import StreamlitAPIException
from streamlit.runtime.scriptrunner import get_script_run_ctx

from moeviz.errors import MoevizError

_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:&])")


def plain(text: str) -> str:
    """Return `text` on one line that markdown shows letter by letter; for words a user typed."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


@contextmanager
def guard(way_out: Callable[[], None] | None = None) -> Iterator[None]:
    """Turn an error that moeviz raised on purpose into one sentence, and stop the page there.

    Any other exception passes: it is a defect, and :func:`unexpected` says so.

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


def unexpected(error: Exception) -> bool:
    """Show one sentence in place of an error that nobody expected; for Streamlit to call.

    Streamlit has written the error with its trace into the server's log by then. Visitors are
    told neither its words nor where the server keeps its files.

    Parameters
    ----------
    error : Exception
        What ended the script.

    Returns
    -------
    bool
        True: nothing else is to be shown.
    """
    context = get_script_run_ctx()
    if context is not None and not (context.has_script_started and _readable()):
        # Values that the browser sent cannot be taken in; kept, they would stand in the way of
        # the button too. The address still holds the screen.
        _forget_visit()
    st.error(
        "Something went wrong on the server that should not have; it has been written down there. "
        "Press **Start afresh**, and if it happens again, tell who runs this server what you did."
    )
    # A page and its fragments may fail in one run; one button is enough.
    with suppress(StreamlitAPIException):
        st.button("Start afresh", key="unexpected.afresh", on_click=_forget_everything)
    return True


def _readable() -> bool:
    """Return whether the next run can read all that the browser sent."""
    context = get_script_run_ctx()
    sent = context.session_state._state._new_widget_state if context is not None else {}
    for widget in list(sent):
        try:
            sent[widget]
        except KeyError:
            continue  # Nobody has drawn it.
        except Exception:
            return False
    return True


def _forget_everything() -> None:
    st.query_params.clear()
    _forget_visit()


def _forget_visit() -> None:
    context = get_script_run_ctx()
    if context is not None:
        # Streamlit's own ways read every value before they drop it, and a value that cannot be
        # read may be why we are here.
        state = context.session_state._state
        state._new_widget_state.states.clear()
        state.clear()
