"""Your jobs: what this browser has asked for, wherever it is computed."""

import streamlit as st

from moeviz.ui.jobs.page import show_jobs

st.title("What have I asked for?", anchor=False)
show_jobs()
