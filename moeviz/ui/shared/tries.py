"""What a visitor may try: a button each, which sets the page."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from moeviz.ui.shared.form import FormState


def tries(state: FormState, links: Mapping[str, dict[str, str]]) -> None:
    """Offer what to try.

    Parameters
    ----------
    state : FormState
        Of the page.
    links : mapping
        By the button's label, what a link says that sets the page up.
    """
    with st.container(horizontal=True, vertical_alignment="center"):
        for label, link in links.items():
            st.button(
                label,
                key=f"{state.page.name}.try.{label}",
                on_click=state.restore,
                args=(state.page.read(link),),
            )
