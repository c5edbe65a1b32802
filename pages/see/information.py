"""Information and reach: what a design can see, and from how many observations on."""

import streamlit as st

from moeviz.ui.information.page import TITLE, asked, show_choice, show_picture
from moeviz.ui.information.state import STATE
from moeviz.ui.shared.guard import guard


@st.fragment
def picture() -> None:
    """Show what follows the hand: when it is let go, nothing else of the page runs."""
    with guard():
        request = asked()
        show_picture(request)
    with guard(STATE.start_again):
        STATE.write(request)


with guard(STATE.start_again):
    STATE.follow()
st.title(TITLE, anchor=False)
picture()
with guard():
    show_choice(asked())
