"""Home: one thing to touch, what this is, and on what it runs."""

import streamlit as st

from moeviz.ui.home import hardware, hero
from moeviz.ui.lab.link import FIRST_PRESET, preset_link
from moeviz.ui.shared.navigation import CONVERGENCE, GATES
from moeviz.ui.shared.terms import with_terms

st.title("Does the gate see how long β is?", anchor=False)
st.markdown("Drag an arrow, or reach it by Tab and press the arrow keys. **Pull it longer.**")
hero()
with_terms(
    "No amount of data can teach a length that the gate does not see: that freedom is called a "
    "**gauge**. moeviz is a laboratory for gating theory: it runs real fits of mixtures of "
    "experts, draws how fast they learn beside the line that theory promises, and measures what a "
    "gauge costs."
)
with st.container(horizontal=True):
    st.page_link(GATES, label="**More gates: who answers for this input?**")
    st.page_link(
        CONVERGENCE,
        label="**Run it: cosine against perturbed cosine**",
        icon=":material/play_arrow:",
        query_params=preset_link(FIRST_PRESET),
    )
hardware()
