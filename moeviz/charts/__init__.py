"""Results to figures, tables and sentences; knows nothing of Streamlit.

A figure here is Plotly's own JSON: a dict with ``data`` and ``layout``, which
:class:`plotly.graph_objects.Figure` accepts as it is.
"""
