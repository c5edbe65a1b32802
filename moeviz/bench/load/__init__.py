"""A class on one machine: what forty visitors meet, and what the server holds on to."""
