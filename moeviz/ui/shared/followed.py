"""Studies that follow a page: one for each person, and none for longer than its page is there.

What somebody asks for by a button goes on without them. What is run because a slider moved is
wanted by nobody but the page with the slider: a newer one of the same person's takes its place, in
whatever tab, and it ends when the page is closed.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from moeviz.errors import MoevizError
from moeviz.ui.shared.interest import INTEREST, Interest
from moeviz.ui.shared.person import person
from moeviz.ui.shared.session import look

LEFT_AFTER = 4.0
"""Seconds without a connection after which a page has been left; one that is lost comes back."""

LOOK_EVERY = 1.0
"""Seconds between two looks at which pages are still there."""


@dataclass
class _Page:
    job: str
    session: str
    seen: float


class Followed:
    """Knows which page follows which study. All methods may be called from any thread.

    Parameters
    ----------
    interest : Interest
        Where wishes are taken back.
    active : callable
        Whether a job, by its name, still goes on.
    connected : callable
        Whether a session, by its name, has a page that is open.
    clock : callable
        Seconds; for tests.
    """

    def __init__(
        self,
        interest: Interest,
        active: Callable[[str], bool],
        connected: Callable[[str], bool],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._interest = interest
        self._active = active
        self._connected = connected
        self._clock = clock
        self._lock = threading.Lock()
        self._pages: dict[str, _Page] = {}
        self._timer: threading.Timer | None = None

    def take(self, job: str, visitor: str, session: str) -> None:
        """Note that a page follows a job, and take back all others that the person's pages follow.

        Parameters
        ----------
        job : str
            The job's name.
        visitor : str
            The page, as :func:`moeviz.ui.shared.person.visitor` names it.
        session : str
            Streamlit's name of the page.

        Raises
        ------
        EngineError
            If another job cannot be cancelled.
        """
        with self._lock:
            others = {
                name: page.job
                for name, page in self._pages.items()
                if person(name) == person(visitor) and page.job != job
            }
            for name in others:
                del self._pages[name]
            self._pages[visitor] = _Page(job, session, self._clock())
            self._look_again()
        for name, other in others.items():
            self._withdraw(other, name)

    def holds(self, job: str, visitor: str) -> bool:
        """Return whether a page follows a job, and no other page has taken it back since.

        Parameters
        ----------
        job, visitor : str
            As of :meth:`take`.
        """
        with self._lock:
            page = self._pages.get(visitor)
            return page is not None and page.job == job

    def release(self, visitor: str) -> None:
        """Forget a page that follows nothing any more; what it has running goes on.

        Parameters
        ----------
        visitor : str
            As of :meth:`take`.
        """
        with self._lock:
            self._pages.pop(visitor, None)

    def review(self) -> None:
        """Take back what pages follow that have been left."""
        left: dict[str, str] = {}
        with self._lock:
            now = self._clock()
            for name, page in list(self._pages.items()):
                if self._connected(page.session):
                    page.seen = now
                elif now - page.seen >= LEFT_AFTER:
                    left[name] = self._pages.pop(name).job
            self._timer = None
            self._look_again()
        for name, job in left.items():
            with suppress(MoevizError):  # Nobody waits for an answer.
                self._withdraw(job, name)

    def _withdraw(self, job: str, visitor: str) -> None:
        if self._active(job):
            self._interest.withdraw(job, visitor)

    def _look_again(self) -> None:
        """Have the pages looked at in a while, as long as there are any; under the lock."""
        if self._pages and self._timer is None:
            self._timer = threading.Timer(LOOK_EVERY, self.review)
            self._timer.daemon = True
            self._timer.start()


def session() -> str:
    """Return Streamlit's name of the page of this script run; "" outside of one."""
    context = get_script_run_ctx()
    return "" if context is None else context.session_id


def _goes_on(job: str) -> bool:
    try:
        return look(job).active
    except MoevizError:  # It has never been submitted, or was cleared away.
        return False


def _is_open(session: str) -> bool:
    return not runtime.exists() or runtime.get_instance().is_active_session(session)


FOLLOWED = Followed(INTEREST, _goes_on, _is_open)
"""Of this server."""
