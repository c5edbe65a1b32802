"""The floor that knows Streamlit: everything the pages share."""
