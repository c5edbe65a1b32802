"""The address of a page's screen: written by the page, followed when somebody else wrote it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import streamlit as st

from moeviz.errors import SpecificationError
from moeviz.ui.shared.link import short
from moeviz.ui.shared.projector import of_the_page, went_back, with_projector

_MOST_KNOWN = 100
"""Addresses of a visit that are remembered; the oldest are forgotten."""


@dataclass(frozen=True)
class Address:
    """What a page wrote into the address and read from it, in this visit.

    Attributes
    ----------
    page : str
        Which page's; the beginning of its keys in the session.
    names : collection of str
        The parameters that the page knows; others are left alone.

    Notes
    -----
    A visitor who types fast sends the address of a moment ago along with the newest values, and
    where the server is busy a moment may be long: an address that the page wrote or read in this
    visit is an echo, not a wish. The browser's own Back and Forward are told apart by what the
    browser says of itself, never by the clock. Projector mode, which belongs to the visit, is no
    part of a page's address here.
    """

    page: str
    names: Collection[str]

    @property
    def last(self) -> dict[str, str] | None:
        """What the page wrote last."""
        found: dict[str, str] | None = st.session_state.get(self._link)
        return found

    def forget(self) -> None:
        """Forget what the page wrote last."""
        st.session_state.pop(self._link, None)

    def wish(self, arrived: bool) -> dict[str, str] | None:
        """Return the address that somebody asks for, or None while the page's own is there.

        One that says nothing to the page asks for nothing: what the page showed last in this
        visit stays.

        Parameters
        ----------
        arrived : bool
            Whether the visitor has come to the page just now.

        Raises
        ------
        SpecificationError
            If the address says a field twice.
        """
        address = self._read()
        if address == st.session_state.get(self._unseen):
            del st.session_state[self._unseen]
        if not arrived and not went_back() and address in self._known():
            return None
        return address if any(name in self.names for name in address) else self.last or {}

    def followed(self) -> None:
        """Note that the present address was understood."""
        self._remember(self._read())

    def write(self, link: dict[str, str]) -> None:
        """Make the browser's address this one."""
        st.session_state[self._link] = link
        self._remember(link)
        # An address that was under way when the visitor pressed Back may stand over the entry that
        # the browser went to; this one then takes its place.
        overtaken = went_back() and self._unseen in st.session_state
        said = with_projector(link)
        if overtaken or st.query_params.to_dict() != said:
            st.query_params.from_dict(said)
            st.session_state[self._unseen] = link

    @property
    def _link(self) -> str:
        return f"{self.page}.link"

    @property
    def _echoes(self) -> str:
        return f"{self.page}.echoes"

    @property
    def _unseen(self) -> str:
        """Key of an address that was written and that the browser has not sent back yet."""
        return f"{self.page}.unseen"

    def _known(self) -> list[dict[str, str]]:
        found: list[dict[str, str]] = st.session_state.get(self._echoes, [])
        return found

    def _remember(self, address: dict[str, str]) -> None:
        known = [each for each in self._known() if each != address]
        st.session_state[self._echoes] = [*known, address][-_MOST_KNOWN:]

    def _read(self) -> dict[str, str]:
        for name in st.query_params:
            said = len(st.query_params.get_all(name))
            if said > 1 and name in self.names:
                raise SpecificationError(
                    f"Expected each field of a link once, but got '{short(name)}' {said} times; "
                    "leave all but one out."
                )
        return of_the_page(st.query_params.to_dict())
