"""Rates: what the papers claim, and what the lab has measured."""

import streamlit as st

from moeviz.ui.rates import show_rates
from moeviz.ui.shared.guard import guard

st.title("Rates", anchor=False)
st.markdown(
    "How fast the papers say that an expert's parameters are learnt, gate by gate and expert by "
    "expert. A rate is the power of n at which the error falls; the lab's curves show a paper's "
    "**loss**, which squares distances in crowded cells, so that n^(−1/4) for a parameter is a "
    "slope of −0.50 for the loss. *Open the study* sets the lab's form to the study that measures "
    "the claim; a slope stands here once a study is finished."
)
with guard():
    show_rates()
