"""Home: one thing to touch, what this is, and on what it runs."""

import streamlit as st

from moeviz.charts.gate import FIRST_NORM, NORMS, ROUTERS, gate_figure, gate_view
from moeviz.charts.palette import theme_named
from moeviz.ui.home import hardware, verdict
from moeviz.ui.lab.link import FIRST_PRESET, preset_link
from moeviz.ui.shared.guard import guard
from moeviz.ui.shared.navigation import CONVERGENCE
from moeviz.ui.shared.plot import plot
from moeviz.ui.shared.terms import with_terms

st.title("Does the gate see how long β is?", anchor=False)
with_terms(
    "moeviz is a laboratory for gating theory: it runs real fits of mixtures of experts and draws "
    "how fast they learn beside the line that theory promises. A first experiment: **move the "
    "slider** and watch the weight that two routers give to their first expert."
)
norm = st.select_slider(
    "Length of both gate vectors, ‖β‖ (the dashed curve is length 1)",
    options=NORMS,
    value=FIRST_NORM,
    key="home.norm",
)
theme = theme_named(st.context.theme.type)
with guard():
    for column, router in zip(st.columns(len(ROUTERS), gap="large"), ROUTERS, strict=True):
        view = gate_view(router, norm)
        with column:
            st.header(verdict(view), anchor=False)
            plot(
                gate_figure(view, norm, theme),
                key=f"home.{router}",
                description=f"Weight of expert 1 over the direction of the input. {verdict(view)}.",
                file_name=f"moeviz-gate-{router}",
                tools=False,
            )
with_terms(
    "No amount of data can teach a length that the gate does not see: that freedom is called a "
    "**gauge**. The lab measures what it costs."
)
st.page_link(
    CONVERGENCE,
    label="**Run it: cosine against perturbed cosine**",
    icon=":material/play_arrow:",
    query_params=preset_link(FIRST_PRESET),
)
hardware()
