"""Workers: who computes what, what waits, and how much comes back."""

import streamlit as st

from moeviz.ui.workers.board import board

st.title("Who computes what, now?", anchor=False)
board()
