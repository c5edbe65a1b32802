"""A file that is handed in to set a page's form."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from moeviz.errors import MoevizError
from moeviz.ui.shared.guard import plain
from moeviz.ui.shared.toolarge import megabytes_of, told_too_large


def hand_in(key: str, label: str, take: Callable[[bytes], None], megabytes: int = 1) -> None:
    """Offer to set the form from a file, which closes the drawer; a broken one changes nothing.

    Parameters
    ----------
    key : str
        The page's name for it.
    label : str
        What is asked for.
    take : callable
        Sets the form from the whole file, or raises MoevizError with a sentence for the visitor.
    megabytes : int
        The largest file that a browser sends.
    """
    refused, taken = f"{key}.refused", f"{key}.taken"

    def changed() -> None:
        st.session_state.pop(refused, None)
        file = st.session_state.get(key)
        if file is None:
            return
        try:
            take(file.getvalue())
            st.session_state[taken] = True
        except MoevizError as error:
            st.session_state[refused] = str(error)

    st.file_uploader(label, type="json", key=key, on_change=changed, max_upload_size=megabytes)

    def large(size: float) -> None:
        st.session_state[refused] = (
            f"Expected a file of at most {megabytes} MB, but got one of {megabytes_of(size)}; take "
            "one that this page wrote."
        )

    told_too_large(f"{key}.large", megabytes, large)
    if st.session_state.pop(taken, False):
        st.rerun()  # The whole page, for the file may be of another preset.
    if refused in st.session_state:
        st.error(plain(st.session_state[refused]))
