"""The first page: one thing to touch, where to begin, and a small picture of every page."""
