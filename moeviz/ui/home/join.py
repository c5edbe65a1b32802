"""The plain way from the first page into a lecture room, for who has its code before them."""

from __future__ import annotations

from moeviz.ui.shared.component import declared

_join = declared(
    __file__,
    '<p class="home-join">In a class? <a href="join">Join its room</a> with the code on the wall.'
    "</p>",
)


def show_join() -> None:
    """Show where somebody joins the room of their class."""
    _join(key="home.join", width="content")
