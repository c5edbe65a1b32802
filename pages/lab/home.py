"""Home: one thing to touch, what this is, and on what it runs."""

import streamlit as st

from moeviz.ui.home.join import show_join
from moeviz.ui.home.page import hardware, hero
from moeviz.ui.home.tiles import show_tiles
from moeviz.ui.shared.terms import with_terms

st.title("Does the gate see how long β is?", anchor=False)
with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
    st.markdown(
        "Drag an arrow, or reach it by Tab and press the arrow keys. **Pull it longer.**",
        width="content",
    )
    show_join()
hero()
show_tiles()
with_terms(
    "No amount of data can teach a length that the gate does not see: that freedom is called a "
    "**gauge**. moeviz is a laboratory for gating theory: it runs real fits of mixtures of "
    "experts, draws how fast they learn beside the line that theory promises, and measures what a "
    "gauge costs."
)
hardware()
