"""The jobs of a page that runs something long: the one on show, and what may be done with it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import streamlit as st

from moeviz.engine import Snapshot, UnknownJobError
from moeviz.ui.shared.followed import FOLLOWED, session
from moeviz.ui.shared.guard import plain
from moeviz.ui.shared.interest import INTEREST
from moeviz.ui.shared.misses import MISSES
from moeviz.ui.shared.person import person, place, visitor
from moeviz.ui.shared.power import end_button
from moeviz.ui.shared.session import engine

ONLY_LOOK = ":small[Others asked;]  \n:small[you can look.]"
"""Why there is no way to cancel."""


@dataclass(frozen=True)
class Jobs:
    """The jobs of one kind, in the words of the page that shows them.

    Attributes
    ----------
    page : str
        The beginning of the page's keys in the session.
    kind : type
        What specifies one; a job of another kind is unknown here.
    noun : str
        What the page calls one.
    run : str
        What happens to it, as a participle.
    expected : str
        What an address is expected to name.
    show : callable
        Puts a job on the screen, by its name; None for none.
    """

    page: str
    kind: type[Any]
    noun: str
    run: str
    expected: str
    show: Callable[[str | None], None]

    def look(self, job: str) -> Snapshot:
        """Return a job as it stands, to the page of this script run; who guesses is refused.

        Parameters
        ----------
        job : str

        Raises
        ------
        UnknownJobError
            If this server knows no such job, or one of another kind.
        """
        MISSES.refuse(place())
        try:
            return self.find(job)
        except UnknownJobError:
            MISSES.note(place(), job)
            raise

    def find(self, job: str) -> Snapshot:
        """Return a job as it stands.

        Parameters
        ----------
        job : str

        Raises
        ------
        UnknownJobError
            If this server knows no such job, or one of another kind.
        """
        found = engine().look(job)
        if not isinstance(found.spec, self.kind):
            raise UnknownJobError(self.unknown(job))
        return found

    def unknown(self, job: str) -> str:
        """Return the sentence for a job that this server has never seen.

        Parameters
        ----------
        job : str
        """
        return (
            f"Expected {self.expected}, but it knows none with the identity {job}; the link may "
            "come from another server."
        )

    def leave(self) -> None:
        """Take the job off the screen; for a callback."""
        self.show(None)

    def on_show(self, job: str | None, of_form: str) -> Snapshot | None:
        """Return the job that the address names as it stands; says where there is none.

        Parameters
        ----------
        job : str or None
            What the address names.
        of_form : str
            The job that the form describes.

        Raises
        ------
        EngineError
            If the engine cannot tell.
        """
        if job is None:
            self._say_left()
            return None
        st.session_state.pop(self._left, None)
        try:
            return self.look(job)
        except UnknownJobError:
            if job == of_form:
                st.info(f"This server has not {self.run} this {self.noun} yet. Press **Run**.")
            else:
                st.error(plain(self.unknown(job)))
                st.button("Take it off the screen", on_click=self.leave)
            return None

    def submit(self, spec: Any) -> None:
        """Hand a job to the workers and show it; for when the whole form has been drawn.

        Parameters
        ----------
        spec : Any
            Of this kind.

        Raises
        ------
        EngineError
            If it cannot be submitted.
        """
        with st.spinner(f"Handing the {self.noun} to the workers", show_time=False):
            self._want(spec)
            self.show(spec.hash)

    def submit_alone(self, spec: Any) -> None:
        """Take the visitor's other jobs of this page back, and only then hand one in and show it.

        Parameters
        ----------
        spec : Any
            Of this kind.

        Raises
        ------
        EngineError
            If it cannot be submitted, or another cannot be cancelled.
        """
        for other in [job for job in self._own if job != spec.hash]:
            with suppress(UnknownJobError):  # Its folder may have been cleared away.
                if engine().look(other).active:
                    INTEREST.withdraw(other, visitor())
            self._own.discard(other)
        self._want(spec)
        self.show(spec.hash)

    def submit_followed(self, spec: Any) -> None:
        """Hand in a job that follows the page, alone among what the visitor's pages follow.

        Parameters
        ----------
        spec : Any
            Of this kind.

        Raises
        ------
        EngineError
            If it cannot be submitted, or another cannot be cancelled.
        """
        FOLLOWED.take(spec.hash, visitor(), session())
        self.submit_alone(spec)
        if not FOLLOWED.holds(spec.hash, visitor()):  # Another page took it back just before.
            INTEREST.withdraw(spec.hash, visitor())

    def follow(self, job: str) -> None:
        """Have a job that goes on follow the page, as if it had been asked for in this visit.

        Parameters
        ----------
        job : str

        Raises
        ------
        EngineError
            If another that follows the visitor's pages cannot be cancelled.
        """
        self._want(self.look(job).spec)
        FOLLOWED.take(job, visitor(), session())

    def unfollow(self) -> None:
        """Have no job follow the page; what is computed goes on."""
        FOLLOWED.release(visitor())

    @property
    def _own(self) -> set[str]:
        found: set[str] = st.session_state.setdefault(f"{self.page}.own", set())
        return found

    def _want(self, spec: Any) -> None:
        self._own.add(spec.hash)
        with INTEREST.asked(spec.hash, visitor()):
            engine().submit(spec, person(visitor()))

    def cancel_button(self, snapshot: Snapshot, on_press: Callable[[], None] | None = None) -> None:
        """Offer to take back one's own wish for a job; it ends when nobody else wants it.

        Who has not asked for it is told so, and may ask for it too.

        Parameters
        ----------
        snapshot : Snapshot
            A job that goes on.
        on_press : callable, optional
            Called first when it is pressed.
        """
        if not INTEREST.wants(snapshot.job_id, visitor()):
            self._only_look(snapshot)
        elif st.button("Cancel", width=110, key=f"{self.page}.cancel", on_click=on_press):
            if not INTEREST.withdraw(snapshot.job_id, visitor(), everywhere=True):
                st.session_state[self._left] = snapshot.job_id
                self.leave()
            st.rerun()

    def _only_look(self, snapshot: Snapshot) -> None:
        """Say why somebody else's job cannot be cancelled, and offer to ask for it too."""
        st.markdown(ONLY_LOOK, width=105)
        words = (
            f"You can look at this {self.noun} and take it along, but not cancel it: somebody else "
            "asked for it. Run it too, and it goes on for you as well; it is computed once for all."
        )
        if st.button("Run it too", width=115, key=f"{self.page}.too", help=words):
            self._want(snapshot.spec)
            st.rerun()
        end_button(snapshot, f"{self.page}.end")

    @property
    def _left(self) -> str:
        return f"{self.page}.left"

    def _say_left(self) -> None:
        """Say that the job that was left goes on for others, and offer to come back to it."""
        job = st.session_state.get(self._left)
        try:
            if job is None or not self.look(job).active:
                return
        except UnknownJobError:
            return
        with st.container(horizontal=True, vertical_alignment="center"):
            st.info(
                f"Somebody else wants the {self.noun} that you left: it goes on until nobody does."
            )
            st.button("Look at it", key=f"{self.page}.back", on_click=self.show, args=(job,))

    def continue_button(self, snapshot: Snapshot) -> None:
        """Offer to go on with a job that stopped.

        Parameters
        ----------
        snapshot : Snapshot
            A job that ended early.
        """
        if st.button("Continue", width=140, key=f"{self.page}.continue"):
            self._want(snapshot.spec)
            st.rerun()
