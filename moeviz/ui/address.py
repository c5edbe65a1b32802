"""The address of a page's screen: written by the page, followed when somebody else wrote it."""

from __future__ import annotations

import time
from dataclasses import dataclass

import streamlit as st

ECHO_SECONDS = 5.0


@dataclass(frozen=True)
class Address:
    """What a page wrote into the address and read from it, in this visit.

    Attributes
    ----------
    page : str
        Which page's; the beginning of its keys in the session.

    Notes
    -----
    A visitor who types fast sends the address of a moment ago along with the newest values: an
    address that the page wrote or read within the last seconds is an echo, not a wish.
    """

    page: str

    @property
    def last(self) -> dict[str, str] | None:
        """What the page wrote last."""
        found: dict[str, str] | None = st.session_state.get(self._link)
        return found

    def forget(self) -> None:
        """Forget what the page wrote last."""
        st.session_state.pop(self._link, None)

    def is_echo(self, address: dict[str, str]) -> bool:
        """Return whether the page itself wrote or read an address, last or a moment ago."""
        return address == self.last or address in [known for _, known in self._recent()]

    def remember(self, address: dict[str, str]) -> None:
        """Remember an address that was written or read now."""
        st.session_state[self._echoes] = [*self._recent(), (time.monotonic(), address)]

    def write(self, link: dict[str, str]) -> None:
        """Make the browser's address this one."""
        st.session_state[self._link] = link
        self.remember(link)
        if st.query_params.to_dict() != link:
            st.query_params.from_dict(link)

    @property
    def _link(self) -> str:
        return f"{self.page}.link"

    @property
    def _echoes(self) -> str:
        return f"{self.page}.echoes"

    def _recent(self) -> list[tuple[float, dict[str, str]]]:
        now = time.monotonic()
        known = st.session_state.get(self._echoes, [])
        return [(t, address) for t, address in known if now - t < ECHO_SECONDS]
