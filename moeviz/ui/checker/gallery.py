"""Questions to start a check of one's own from."""

from __future__ import annotations


def show_gallery() -> None:
    """Stand-in."""
