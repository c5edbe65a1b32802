"""Gates: two inputs, a few experts to drag, and who answers where."""

import streamlit as st

from moeviz.ui.gates.page import asked, show_form, show_picture
from moeviz.ui.gates.state import STATE
from moeviz.ui.shared.guard import guard

with guard(STATE.start_again):
    STATE.follow()
st.title("Who answers for this input?", anchor=False)
with guard():
    request, wrong = asked()
    show_picture(request, wrong)
    show_form(request)
with guard(STATE.start_again):
    STATE.write(request)
